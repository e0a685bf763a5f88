"""The commands of alerts, as their users give them; in this process, which is quicker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from aggregator.cli import app
from aggregator.errors import ConfigError
from aggregator.store import open_store
from tests.store.values import change, keep
from tests.support.builders import entry, instant
from tests.support.projects import PROJECT, Small, small_project

AT = ("--at", "2026-06-05T12:00:00Z")
ID = "00c0ffee00c0ffee"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Small:
    """A project that holds two documents of this spring."""
    made = small_project(tmp_path / "project", records=(), register=PROJECT / "tests/crash/register")
    made.sources({})
    (made.folder / "data").mkdir()
    with open_store(f"sqlite:///{made.folder}/data/aggregator.db") as store:
        for day, title in ((1, "Open data for trains"), (2, "Open data for buses")):
            told = entry(f"https://www.gov.uk/{day}", title=title)
            keep(store, change(told, seen_at=instant(f"2026-05-0{day} 12:00")))
    monkeypatch.chdir(made.folder)
    return made


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def refused(*arguments: str) -> str:
    result = call(*arguments)
    assert result.exit_code
    told = str(result.exception) if isinstance(result.exception, ConfigError) else result.output
    return " ".join(told.replace("│", " ").split())  # out of the box that is drawn around it


def test_a_rule_is_tried_added_listed_and_removed(project: Small) -> None:
    tried = call("alerts", "try", '"open data"', *AT)
    assert tried.output == (
        '"open data": would have sent 2 letters in the past year.\n'
        "  2026-05-02  new: Open data for buses\n"
        "  2026-05-01  new: Open data for trains\n"
    )
    assert not (project.folder / "alerts.yaml").exists()
    assert json.loads(call("alerts", "try", "buses", "--json", *AT).output)["letters"] == 1
    assert call("alerts", "try", '"a:smile:b"', *AT).output.startswith('"a:smile:b": would have sent 0')

    call("subscribers", "add", "reader@example.org", "--only-alerts", *AT)
    mail = ("--mail", "Reader@example.org", "--mail", "other@example.org")
    added = call("alerts", "add", "data", '"open data"', "--name", "Data", *mail, "--feed", "--daily", *AT)
    assert added.exit_code == 0, added.output
    assert added.output.startswith(tried.output.partition(":")[0])
    assert "data is watched for from now on. 1 of those that it names read no letters here" in added.output

    (listed,) = json.loads(call("alerts", "list", "--json").output)
    assert (listed["id"], listed["when"], listed["rhythm"]) == ("data", '"open data"', "daily")
    assert listed["goes to"] == "1 of 2 readers by mail; alerts/data.atom"
    (status,) = json.loads(call("alerts", "status", "--json").output)
    assert (status["since"], status["alerts"], status["readers"]) == (
        "2026-06-05T12:00:00Z",
        0,
        "1 of 2",
    )
    assert "@" not in call("alerts", "list").output + call("alerts", "status").output
    assert call("alerts", "remove", "data").output == "data is watched for no more.\n"
    assert call("alerts", "list", "--json").output == "[]\n"


def test_a_readers_own_rule_is_kept_with_the_reader(project: Small) -> None:
    id = call("subscribers", "add", "reader@example.org", *AT).output.split()[0]
    added = call("alerts", "add", "mine", "buses", "--reader", "reader@example.org", *AT)
    assert f"{id}/mine is watched for from now on." in added.output
    assert not (project.folder / "alerts.yaml").exists()
    assert [one["id"] for one in json.loads(call("alerts", "list", "--json").output)] == [f"{id}/mine"]
    assert "no rule with this id" in refused("alerts", "remove", "yours", "--reader", id)
    assert call("alerts", "remove", "mine", "--reader", id).exit_code == 0
    assert call("alerts", "list", "--json").output == "[]\n"


def test_a_readers_own_rule_may_go_to_a_feed_alone(project: Small) -> None:
    with (project.folder / "settings.yaml").open("a") as settings:
        settings.write("\nletters_url: https://updates.example.org/letters/\n")
    id = call("subscribers", "add", "reader@example.org", *AT).output.split()[0]
    added = call("alerts", "add", "mine", "buses", "--reader", id, "--feed", "--no-mail", *AT)
    assert added.exit_code == 0, added.output
    assert f"{id}/mine is watched for from now on.\n" in added.output
    assert "The address of its feed stands on the reader's page of alerts, and nowhere else." in added.output

    listed, status = (call("alerts", name, "--json").output for name in ("list", "status"))
    (row,) = json.loads(listed)
    assert row["goes to"] == "a feed of its own"
    assert json.loads(status)[0]["readers"] == "0 of 0"
    with open_store(f"sqlite:///{project.folder}/data/aggregator.db") as store:
        ((_, kept),) = store.alerts.own()
    assert kept.feed not in listed + status
    call("subscribers", "erase", id)
    assert call("alerts", "list", "--json").output == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--mail", "other@example.org"), "goes to that reader"),
        (("--no-mail",), "this rule would tell nobody"),
        (("--feed",), "served below letters_url, which is not set here"),
        (("--webhook", "https://example.org/"), "leave out --mail, --webhook and its secret"),
        (("--secret-env", "A_SECRET"), "goes to that reader"),
    ],
)
def test_where_a_readers_own_rule_cannot_go_is_said_and_nothing_kept(
    project: Small, arguments: tuple[str, ...], said: str
) -> None:
    call("subscribers", "add", "reader@example.org", *AT)
    told = refused("alerts", "add", "mine", "buses", "--reader", "reader@example.org", *arguments, *AT)

    assert said in told
    assert call("alerts", "list", "--json").output == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("alerts", "try", "body:cabinet"),
            "column 1: 'body:cabinet' names nothing that is known; did you mean",
        ),
        (("alerts", "try", "a OR"), "column 5: the rule ends here"),
        (("alerts", "add", "No Id", "a", "--feed"), "write small letters a to z"),
        (("alerts", "add", "a", "b"), "this rule tells nobody"),
        (("alerts", "add", "a", "b", "--webhook", "https://example.org/"), "name where the secret is found"),
        (("alerts", "add", "a", "b", "--reader", "x@example.org"), "nobody is known by this id or address"),
        (("alerts", "add", "a", "b", "--feed", "--no-mail"), "name the reader with --reader"),
        (("alerts", "remove", "a"), "no rule has the id 'a'"),
    ],
)
def test_wrong_use_is_said_in_plain_words(project: Small, arguments: tuple[str, ...], said: str) -> None:
    assert said in refused(*arguments)


def test_an_alerts_file_with_a_mistake_stops_every_command_with_its_line(project: Small) -> None:
    (project.folder / "alerts.yaml").write_text(
        "alerts:\n  - id: a\n    name: A\n    when: x (\n    feed: yes\n"
    )

    assert "alerts.yaml:4: 'when', column 4: the rule ends here" in refused("sources", "check")
