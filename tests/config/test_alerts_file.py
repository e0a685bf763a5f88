"""alerts.yaml: how it is read, what is refused with which message, and how the program edits it."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.config.alerts_file import AlertsFile, load_alerts
from aggregator.config.yaml_files.schema import ConfigIssues
from aggregator.errors import ConfigError
from aggregator.model.alert_rules import AlertRule, Term, Webhook
from aggregator.model.subscriptions import Frequency

VALID_IDS = {"body": ("scotland",), "changed": ("any",), "removed": ("yes",)}
FILE = """\
alerts:
  - id: plans
    name: Plans of Scotland
    when: 'title:plan body:scotland'
    mail: [a@example.org]

  # removed documents
  - id: gone
    name: Removed
    when: 'removed:'
    frequency: daily
    webhook: {url: "https://example.org/hook", secret_env: HOOK}
    feed: yes
"""


def load(path: Path) -> tuple[AlertRule, ...]:
    issues = ConfigIssues()
    with issues.raised_at_end():
        return load_alerts(path, VALID_IDS, issues)


def write(path: Path, text: str) -> Path:
    file = path / "alerts.yaml"
    file.write_text(text)
    return file


def test_rules_are_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    plans, gone = load(write(tmp_path, FILE))

    assert (plans.key, plans.name, plans.mail, plans.frequency) == (
        "plans",
        "Plans of Scotland",
        ("a@example.org",),
        Frequency.AT_ONCE,
    )
    assert str(plans.when) == "title:plan body:scotland"
    assert not plans.alerts_on_changes
    assert gone.when == Term("removed", ("yes",))
    assert (gone.frequency, gone.feed, gone.alerts_on_changes) == (Frequency.DAILY, True, True)
    assert gone.webhook == Webhook(url="https://example.org/hook", secret_env="HOOK")  # noqa: S106  # a name


def test_without_a_file_there_are_no_rules(tmp_path: Path) -> None:
    assert load(tmp_path / "alerts.yaml") == ()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            "title:plan",
            "titel:plan",
            "alerts.yaml:4: 'when', column 1: there is no field 'titel:'; to search for",
        ),
        (
            "scotland'",
            "scotlnd'",
            "alerts.yaml:4: 'when', column 12: 'body:scotlnd' does not exist",
        ),
        ("    mail: [a@example.org]\n", "", "alerts.yaml:2: this rule has no destination; add 'mail:'"),
        ("id: gone", "id: plans", "alerts.yaml:8: the id 'plans' is used twice"),
        ("daily", "weekly", "alerts.yaml:11: 'alerts.frequency' is 'weekly': write 'at once' or 'daily'"),
        (", secret_env: HOOK", "", "alerts.yaml:12: say where the secret is"),
        ("HOOK}", "hook}", "write the name of an environment variable, in capitals"),
        ("HOOK}", "AGGREGATOR_HOOK}", "write the name of an environment variable, in capitals"),
        ("https://example", "ftp://example", "write a whole address that begins with https://"),
        ("frequency:", "frequenzy:", "'alerts.frequenzy' is not a known key; did you mean 'frequency'?"),
    ],
)
def test_errors_are_refused_with_line_and_remedy(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load(write(tmp_path, FILE.replace(before, after)))

    assert message in str(refused.value)


def test_rules_are_added_and_removed_and_the_rest_of_the_file_stays(tmp_path: Path) -> None:
    path = write(tmp_path, FILE)
    file = AlertsFile(path, VALID_IDS)
    hook = {"url": "https://example.org/", "secret_env": "", "secret_file": "data/hook"}
    file.add(
        {
            "id": "new",
            "name": 'Say "hi": now',
            "when": '"open data"',
            "mail": ("b@example.org",),
            "webhook": hook,
        }
    )

    assert path.read_text().startswith(FILE)
    added = load(path)[-1]
    assert (added.id, added.name, str(added.when)) == ("new", 'Say "hi": now', '"open data"')
    assert added.webhook == Webhook(url="https://example.org/", secret_file="data/hook")  # noqa: S106  # a name
    file.remove("new")
    assert path.read_text().rstrip() == FILE.rstrip()
    file.remove("gone")
    assert [rule.id for rule in load(path)] == ["plans"]
    file.remove("plans")
    assert load(path) == ()
    file.add({"id": "again", "name": "Again", "when": "plan", "feed": True})
    assert [rule.id for rule in load(path)] == ["again"]


def test_a_missing_file_is_created_and_lists_need_no_indentation(tmp_path: Path) -> None:
    path = tmp_path / "alerts.yaml"
    AlertsFile(path, VALID_IDS).add({"id": "a", "name": "A", "when": "plan", "feed": True})
    path.write_text(path.read_text().replace("\n  ", "\n"))
    AlertsFile(path, VALID_IDS).add({"id": "b", "name": "B", "when": "plan", "changes": True, "feed": True})

    assert [(rule.id, rule.changes) for rule in load(path)] == [("a", False), ("b", True)]


def test_an_edit_whose_result_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, FILE)
    with pytest.raises(ConfigError, match="as it would be; nothing was changed"):
        AlertsFile(path, VALID_IDS).add({"id": "plans", "name": "B", "when": "plan", "feed": True})
    with pytest.raises(ConfigError, match="no rule has the id 'nothing'"):
        AlertsFile(path, VALID_IDS).remove("nothing")

    assert path.read_text() == FILE
    assert [one.name for one in tmp_path.iterdir()] == ["alerts.yaml"]
