"""The commands of alert rules, run in this process, which is quicker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from aggregator.cli import app
from aggregator.errors import ConfigError
from aggregator.store import open_store
from tests.store.values import make_change, save_changes
from tests.support.builders import instant, make_entry
from tests.support.projects import PROJECT, SmallProject, small_project

AT = ("--at", "2026-06-05T12:00:00Z")
ID = "00c0ffee00c0ffee"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallProject:
    """A project with two stored documents of this spring."""
    made = small_project(tmp_path / "project", records=(), register=PROJECT / "tests/crash/register")
    made.sources({})
    (made.folder / "data").mkdir()
    with open_store(f"sqlite:///{made.folder}/data/aggregator.db") as store:
        for day, title in ((1, "Open data for trains"), (2, "Open data for buses")):
            entry = make_entry(f"https://www.gov.uk/{day}", title=title)
            save_changes(store, make_change(entry, seen_at=instant(f"2026-05-0{day} 12:00")))
    monkeypatch.chdir(made.folder)
    return made


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def refuse(*arguments: str) -> str:
    result = call(*arguments)
    assert result.exit_code
    message = str(result.exception) if isinstance(result.exception, ConfigError) else result.output
    return " ".join(message.replace("│", " ").split())  # without the frame around it


def test_a_rule_is_tried_added_listed_and_removed(project: SmallProject) -> None:
    tried = call("alerts", "dry-run", '"open data"', *AT)
    assert tried.output == (
        '"open data": would have sent 2 mails in the past year.\n'
        "  2026-05-02  new: Open data for buses\n"
        "  2026-05-01  new: Open data for trains\n"
    )
    assert not (project.folder / "alerts.yaml").exists()
    assert json.loads(call("alerts", "dry-run", "buses", "--json", *AT).output)["mails"] == 1
    assert call("alerts", "dry-run", '"a:smile:b"', *AT).output.startswith('"a:smile:b": would have sent 0')

    call("subscribers", "add", "reader@example.org", "--only-alerts", *AT)
    mail = ("--mail", "Reader@example.org", "--mail", "other@example.org")
    added = call("alerts", "add", "data", '"open data"', "--name", "Data", *mail, "--feed", "--daily", *AT)
    assert added.exit_code == 0, added.output
    assert added.output.startswith(tried.output.partition(":")[0])
    assert "data is watched from now on. 1 of those under mail are not subscribed" in added.output

    (listed,) = json.loads(call("alerts", "list", "--json").output)
    assert (listed["id"], listed["when"], listed["frequency"]) == ("data", '"open data"', "daily")
    assert listed["destinations"] == "1 of 2 subscribers by mail; alerts/data.atom"
    (status,) = json.loads(call("alerts", "status", "--json").output)
    assert (status["since"], status["alerts"], status["subscribers"]) == (
        "2026-06-05T12:00:00Z",
        0,
        "1 of 2",
    )
    assert "@" not in call("alerts", "list").output + call("alerts", "status").output
    assert call("alerts", "remove", "data").output == "data is removed.\n"
    assert call("alerts", "list", "--json").output == "[]\n"


def test_a_subscribers_own_rule_is_stored_with_the_subscriber(project: SmallProject) -> None:
    id = call("subscribers", "add", "reader@example.org", *AT).output.split()[0]
    added = call("alerts", "add", "mine", "buses", "--subscriber", "reader@example.org", *AT)
    assert f"{id}/mine is watched from now on." in added.output
    assert not (project.folder / "alerts.yaml").exists()
    assert [one["id"] for one in json.loads(call("alerts", "list", "--json").output)] == [f"{id}/mine"]
    assert "no rule with this id" in refuse("alerts", "remove", "yours", "--subscriber", id)
    assert call("alerts", "remove", "mine", "--subscriber", id).exit_code == 0
    assert call("alerts", "list", "--json").output == "[]\n"


def test_a_subscribers_own_rule_may_have_a_private_feed_only(project: SmallProject) -> None:
    with (project.folder / "settings.yaml").open("a") as settings:
        settings.write("\nsubscriptions_url: https://updates.example.org/letters/\n")
    id = call("subscribers", "add", "reader@example.org", *AT).output.split()[0]
    added = call("alerts", "add", "mine", "buses", "--subscriber", id, "--feed", "--no-mail", *AT)
    assert added.exit_code == 0, added.output
    assert f"{id}/mine is watched from now on.\n" in added.output
    assert "The address of the private feed is shown on the subscriber's alerts page only." in added.output

    listed, status = (call("alerts", name, "--json").output for name in ("list", "status"))
    (row,) = json.loads(listed)
    assert row["destinations"] == "a private feed"
    assert json.loads(status)[0]["subscribers"] == "0 of 0"
    with open_store(f"sqlite:///{project.folder}/data/aggregator.db") as store:
        ((_, stored),) = store.alerts.subscriber_rules()
    assert stored.feed_secret not in listed + status
    call("subscribers", "erase", id)
    assert call("alerts", "list", "--json").output == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--mail", "other@example.org"), "sends to that subscriber"),
        (("--no-mail",), "this rule would tell nobody"),
        (("--feed",), "served below subscriptions_url, which is not set here"),
        (("--webhook", "https://example.org/"), "leave out --mail, --webhook and its secret"),
        (("--secret-env", "A_SECRET"), "sends to that subscriber"),
    ],
)
def test_a_destination_that_a_subscribers_own_rule_cannot_have_is_refused_and_nothing_stored(
    project: SmallProject, arguments: tuple[str, ...], message: str
) -> None:
    call("subscribers", "add", "reader@example.org", *AT)
    error = refuse("alerts", "add", "mine", "buses", "--subscriber", "reader@example.org", *arguments, *AT)

    assert message in error
    assert call("alerts", "list", "--json").output == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("alerts", "dry-run", "body:cabinet"),
            "column 1: 'body:cabinet' does not exist; did you mean",
        ),
        (("alerts", "dry-run", "a OR"), "column 5: the rule ends here"),
        (("alerts", "add", "No Id", "a", "--feed"), "write small letters a to z"),
        (("alerts", "add", "a", "b"), "this rule has no destination"),
        (("alerts", "add", "a", "b", "--webhook", "https://example.org/"), "say where the secret is"),
        (
            ("alerts", "add", "a", "b", "--subscriber", "x@example.org"),
            "nobody is known by this id or address",
        ),
        (("alerts", "add", "a", "b", "--feed", "--no-mail"), "name the subscriber with --subscriber"),
        (("alerts", "remove", "a"), "no rule has the id 'a'"),
    ],
)
def test_wrong_use_is_refused_in_plain_words(
    project: SmallProject, arguments: tuple[str, ...], message: str
) -> None:
    assert message in refuse(*arguments)


def test_an_alerts_file_with_an_error_stops_every_command_with_its_line(project: SmallProject) -> None:
    (project.folder / "alerts.yaml").write_text(
        "alerts:\n  - id: a\n    name: A\n    when: x (\n    feed: yes\n"
    )

    assert "alerts.yaml:4: 'when', column 4: the rule ends here" in refuse("sources", "check")
