"""alerts.yaml: what is read from it, what is refused and how, and how it is edited."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.config.alerts_file import AlertsFile, load_alerts
from aggregator.config.yaml_files.schema import ConfigIssues
from aggregator.errors import ConfigError
from aggregator.model.alerts import AlertRule, Term, Webhook
from aggregator.model.subscriptions import Frequency

KNOWN = {"body": ("scotland",), "changed": ("any",), "removed": ("yes",)}
FILE = """\
alerts:
  - id: plans
    name: Plans of Scotland
    when: 'title:plan body:scotland'
    mail: [a@example.org]

  # what is taken away
  - id: gone
    name: Taken away
    when: 'removed:'
    rhythm: daily
    webhook: {url: "https://example.org/hook", secret_env: HOOK}
    feed: yes
"""


def load(path: Path) -> tuple[AlertRule, ...]:
    mistakes = ConfigIssues()
    with mistakes.collected():
        return load_alerts(path, KNOWN, mistakes)


def write(path: Path, text: str) -> Path:
    file = path / "alerts.yaml"
    file.write_text(text)
    return file


def test_rules_are_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    plans, gone = load(write(tmp_path, FILE))

    assert (plans.key, plans.name, plans.mail, plans.rhythm) == (
        "plans",
        "Plans of Scotland",
        ("a@example.org",),
        Frequency.AT_ONCE,
    )
    assert str(plans.when) == "title:plan body:scotland"
    assert not plans.follows
    assert gone.when == Term("removed", ("yes",))
    assert (gone.rhythm, gone.feed, gone.follows) == (Frequency.DAILY, True, True)
    assert gone.webhook == Webhook(url="https://example.org/hook", secret_env="HOOK")  # noqa: S106  # a name


def test_without_a_file_there_are_no_rules(tmp_path: Path) -> None:
    assert load(tmp_path / "alerts.yaml") == ()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "title:plan",
            "titel:plan",
            "alerts.yaml:4: 'when', column 1: 'titel:' is not known; put the words in",
        ),
        (
            "scotland'",
            "scotlnd'",
            "alerts.yaml:4: 'when', column 12: 'body:scotlnd' names nothing that is known",
        ),
        ("    mail: [a@example.org]\n", "", "alerts.yaml:2: this rule tells nobody; add 'mail:'"),
        ("id: gone", "id: plans", "alerts.yaml:8: the id 'plans' stands twice"),
        ("daily", "weekly", "alerts.yaml:11: 'alerts.rhythm' is 'weekly': write 'at once' or 'daily'"),
        (", secret_env: HOOK", "", "alerts.yaml:12: name where the secret is found"),
        ("HOOK}", "hook}", "write the name of a variable of its own, in capitals"),
        ("HOOK}", "AGGREGATOR_HOOK}", "write the name of a variable of its own, in capitals"),
        ("https://example", "ftp://example", "write a whole address that begins with https://"),
        ("rhythm:", "rythm:", "'alerts.rythm' is not a key that is known here; did you mean 'rhythm'?"),
    ],
)
def test_mistakes_are_refused_with_line_and_remedy(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load(write(tmp_path, FILE.replace(before, after)))

    assert said in str(refused.value)


def test_rules_are_added_and_removed_and_the_rest_stays_as_it_was(tmp_path: Path) -> None:
    path = write(tmp_path, FILE)
    file = AlertsFile(path, KNOWN)
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


def test_a_file_is_begun_and_lists_may_stand_without_indentation(tmp_path: Path) -> None:
    path = tmp_path / "alerts.yaml"
    AlertsFile(path, KNOWN).add({"id": "a", "name": "A", "when": "plan", "feed": True})
    path.write_text(path.read_text().replace("\n  ", "\n"))
    AlertsFile(path, KNOWN).add({"id": "b", "name": "B", "when": "plan", "changes": True, "feed": True})

    assert [(rule.id, rule.changes) for rule in load(path)] == [("a", False), ("b", True)]


def test_an_edit_that_could_not_be_read_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, FILE)
    with pytest.raises(ConfigError, match="as it would be; nothing was changed"):
        AlertsFile(path, KNOWN).add({"id": "plans", "name": "B", "when": "plan", "feed": True})
    with pytest.raises(ConfigError, match="no rule has the id 'nothing'"):
        AlertsFile(path, KNOWN).remove("nothing")

    assert path.read_text() == FILE
    assert [one.name for one in tmp_path.iterdir()] == ["alerts.yaml"]
