"""The register of plans and rules is read, or refused with the file, line and remedy of every mistake."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from aggregator.config import load_config
from aggregator.errors import ConfigError
from aggregator.model import Basis, FactKind, Measure, Membership, Precision

BODIES = """\
bodies:
  - {id: gov, name: Government, nation: uk, url: https://www.gov.uk/}
  - {id: forum, name: Forum, nation: uk, url: https://www.gov.uk/forum}
"""
PLANS = """\
read: 2026-11-23
processes:
  - id: uk
    name: United Kingdom
    membership: national
    body: gov
    bodies: [gov]
    forum:
      body: forum
      words: [the forum]
plans:
  - id: nap
    process: uk
    title: A plan
    facts:
      - is: published
        what: plan published
        date: 2023-12
        source: https://www.gov.uk/plan
        public_since: 2023-12
        official: yes
        preferred: yes
        why: it is the government's own
      - is: published
        what: plan published, as others have it
        date: 2023-11-30
        source: https://example.org/plan
        read: 2026-11-24
      - is: ends
        what: plan ends
        date: 2025
    commitments:
      - id: UK0108
        title: Aid
        facts:
          - is: milestone
            what: first figures
            date: 2026-01-31
            source: https://www.gov.uk/plan
searches:
  - process: uk
    is: meeting
    since: 2024-01-24
    on: 2026-11-23
    where: the network's forum
"""
RULES = """\
read: 2026-11-23
rules:
  - id: R1.1
    title: The forum meets
    asks: It meets every six months.
    applies_to: [uk]
    since: 2022-01-01
    basis: ogp
    source: https://www.opengovpartnership.org/?p=67852
    evidence: a record
    measure: meeting-interval
    days: 183
  - id: C2
    title: A record
    asks: One in 183 days.
    applies_to: [uk]
    basis: ours
    evidence: a document
    measure: last-record
    days: 183
records:
  asks: A dated document about the process.
  topics: [the-process]
  excluded_types: [data]
"""
WORDS = """\
topics:
  - {id: the-process, name: the process, sure: [open government]}
types:
  - {id: data, name: data}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "register").mkdir()
    files = {"bodies": BODIES, "plans": PLANS, "rules": RULES}
    for name, text in files.items():
        (tmp_path / f"register/{name}.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "register/vocabulary.yaml").write_text(WORDS, encoding="utf-8")
    (tmp_path / "sources.yaml").write_text("sources: []\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refuse(home: Path, name: str, before: str, after: str) -> list[str]:
    """The lines of the error when a file of the register has `after` instead of `before`."""
    file = home / f"register/{name}.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count(before) >= 1
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config()
    return str(caught.value).splitlines()


def test_the_register_is_read(home: Path) -> None:
    register = load_config().register
    (process,), (plan,), (search,) = register.processes, register.plans, register.searches
    assert (process.membership, process.bodies, process.forum and process.forum.words) == (
        Membership.NATIONAL,
        ("gov",),
        ("the forum",),
    )
    published, other, ends = plan.facts
    assert published.claim.moment
    assert published.claim.moment.precision is Precision.MONTH
    assert (published.official, published.preferred, published.read_on) == (True, True, date(2026, 11, 23))
    assert (other.public_since, other.read_on) == (None, date(2026, 11, 24))
    assert plan.fact(FactKind.PUBLISHED) is published
    assert (ends.claim.source, ends.kind) == (None, FactKind.ENDS)
    assert [one.facts[0].kind for one in plan.commitments] == [FactKind.MILESTONE]
    assert (search.kind, search.since, search.on) == ("meeting", date(2024, 1, 24), date(2026, 11, 23))
    assert load_config().vocabulary.plan_names == {"nap": "A plan"}
    assert (register.record_criteria.topics, register.record_criteria.excluded_types) == (
        ("the-process",),
        ("data",),
    )
    rule, ours = register.rules
    assert (rule.basis, rule.measure, rule.days, rule.since) == (
        Basis.OGP,
        Measure.MEETING_INTERVAL,
        183,
        date(2022, 1, 1),
    )
    assert (ours.basis, ours.source) == (Basis.OURS, None)


@pytest.mark.parametrize(
    ("name", "before", "after", "message"),
    [
        ("plans", "body: gov", "body: gvo", "plans.yaml:6: no body has the id 'gvo'; did you mean 'gov'?"),
        (
            "plans",
            "body: forum",
            "body: msf",
            "plans.yaml:9: no body has the id 'msf'; add it or correct this",
        ),
        (
            "plans",
            "process: uk",
            "process: ku",
            "plans.yaml:13: no process has the id 'ku'; add it or correct this",
        ),
        (
            "plans",
            "title: A plan",
            "title: A plan\n    years: [2021-25]",
            "plans.yaml:15: 'plans.years' is '2021-25': write the first and the last year in full",
        ),
        (
            "plans",
            "title: A plan",
            "title: A plan\n    within: uk-nap0",
            "plans.yaml:15: no plan has the id 'uk-nap0'; did you mean 'nap'?",
        ),
        (
            "plans",
            "is: ends",
            "is: end",
            "plans.yaml:29: 'plans.facts.is' is 'end': input should be 'begun', 'guidance', ",
        ),
        (
            "plans",
            "date: 2023-11-30",
            "date: 30 November 2023",
            "plans.yaml:26: 'plans.facts.date' is '30 November 2023': write a day, a month or a year: "
            "2024-01-24, 2024-01 or 2024",
        ),
        (
            "plans",
            "date: 2025",
            "date: 2025-13",
            "plans.yaml:31: 'plans.facts.date' is '2025-13': write a day",
        ),
        (
            "plans",
            "source: https://e",
            "sauce: https://e",
            "plans.yaml:27: 'plans.facts.sauce' is not a known",
        ),
        (
            "plans",
            "        preferred: yes\n        why: it is the government's own\n",
            "",
            "plans.yaml:22: 2 facts are 'published'; write 'preferred: yes' and 'why' at exactly one of them",
        ),
        (
            "plans",
            "        why: it is the government's own\n",
            "",
            "plans.yaml:22: write under 'why' why this one is preferred",
        ),
        (
            "plans",
            "public_since: 2023-12",
            "public_since: 2027",
            "plans.yaml:20: it was read before this day; correct 'public_since' or 'read'",
        ),
        ("plans", "            date: 2026-01-31\n", "", "plans.yaml:36: 'milestone' needs a date"),
        ("plans", "is: meeting", "is: meting", "plans.yaml:42: no kind of fact has the id 'meting'; did you"),
        (
            "plans",
            "on: 2026-11-23",
            "on: 2024-01-23",
            "plans.yaml:44: the search cannot be before 'since'; correct one of the two",
        ),
        (
            "plans",
            "  - id: nap\n",
            "  - id: uk nap\n",
            "plans.yaml:12: 'plans.id' is 'uk nap': write small letters",
        ),
        (
            "rules",
            "applies_to: [uk]",
            "applies_to: [uk, walse]",
            "rules.yaml:6: no process has the id 'walse'; add it",
        ),
        (
            "rules",
            "    days: 183\n",
            "",
            "rules.yaml:11: the measure 'meeting-interval' needs 'days', a number",
        ),
        (
            "rules",
            "    source: https://www.opengovpartnership.org/?p=67852\n",
            "",
            "rules.yaml:3: name the source of the rule, or write 'basis: unsourced'",
        ),
        (
            "rules",
            "basis: ours",
            "basis: unsourced",
            "rules.yaml:19: a rule without a source is not evaluated",
        ),
        ("rules", "basis: ogp", "basis: opg", "rules.yaml:8: 'rules.basis' is 'opg': input should be 'ogp'"),
        ("rules", "id: C2", "id: R1.1", "rules.yaml:13: the id 'R1.1' is used twice; give each its own"),
        (
            "rules",
            "measure: last-record",
            "measure: last",
            "rules.yaml:19: 'rules.measure' is 'last': input should",
        ),
        (
            "rules",
            "topics: [the-process]",
            "topics: [process]",
            "rules.yaml:23: no topic has the id 'process'; did you mean 'the-process'?",
        ),
        (
            "rules",
            "excluded_types: [data]",
            "excluded_types: [date]",
            "rules.yaml:24: no type has the id 'date'; did you mean",
        ),
        (
            "plans",
            "is: milestone\n            what: first figures",
            "is: completion\n            what: Nearly",
            "plans.yaml:37: write one of: No Evidence Available, Not Started, Limited, Substantial, Comp",
        ),
        ("plans", "is: ends", "is: finding", "plans.yaml:29: name under 'rule' the rule that the finding is"),
        (
            "plans",
            "is: ends",
            "met: yes\n        is: ends",
            "plans.yaml:29: only a finding says whether a rule is met",
        ),
        (
            "rules",
            "days: 183",
            "days: -1",
            "rules.yaml:12: 'rules.days' is -1: input should be greater than or",
        ),
    ],
)
def test_an_error_is_refused_with_file_line_and_remedy(
    home: Path, name: str, before: str, after: str, message: str
) -> None:
    lines = refuse(home, name, before, after)
    assert any(line.startswith(f"register/{message}") for line in lines), lines


def test_a_finding_names_a_rule_that_is_there(home: Path) -> None:
    errors = refuse(home, "plans", "is: ends", "rule: R1.2\n        is: finding")
    assert errors == ["register/plans.yaml:29: no rule has the id 'R1.2'; did you mean 'R1.1'?"]


def test_a_missing_file_is_named(home: Path) -> None:
    (home / "register/rules.yaml").unlink()
    with pytest.raises(
        ConfigError, match=r"register/rules\.yaml: this file is missing; restore the one that"
    ):
        load_config()
