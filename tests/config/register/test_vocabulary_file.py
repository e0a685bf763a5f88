"""register/vocabulary.yaml and the roles of register/bodies.yaml are read, or refused line by line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from aggregator.config.register.bodies_file import load_bodies
from aggregator.config.register.vocabulary_file import load_vocabulary
from aggregator.config.yaml_files.schema import ConfigIssues
from aggregator.errors import ConfigError
from aggregator.model import FormerName, Phrase, Strength

GOOD = """\
topics:
  - id: open-data
    name: open data
    sure: [open data, "NAP%", {cy: data agored}]
    by_product: [dataset*]
always_relevant:
  - {host: opengovernment.org.uk, topic: open-data}
  - {body: ogp, topic: open-data}
types:
  - id: report
    name: report
    title_words: [report]
    publisher_types: [Report]
    weak_publisher_types: [Publication]
    weak_addresses: [gov.uk/reports/]
"""


def refuse(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "vocabulary.yaml"
    file.write_text(text, encoding="utf-8")
    issues = ConfigIssues()
    with pytest.raises(ConfigError) as caught, issues.raised_at_end():
        load_vocabulary(file, issues, {"ogp"})
    return [str(one).partition("vocabulary.yaml:")[2] for one in caught.value.issues]


def test_phrases_strengths_places_and_types_are_read(tmp_path: Path) -> None:
    file = tmp_path / "vocabulary.yaml"
    file.write_text(GOOD, encoding="utf-8")

    read = load_vocabulary(file, ConfigIssues(), {"ogp"})

    assert read.topics[0].phrases[Strength.SURE] == (
        Phrase(words="open data"),
        Phrase(words="NAP%"),
        Phrase(words="data agored", welsh=True),
    )
    assert read.topics[0].phrases[Strength.BY_PRODUCT] == (Phrase(words="dataset*"),)
    assert (read.hosts, read.bodies) == ({"opengovernment.org.uk": "open-data"}, {"ogp": "open-data"})
    assert read.publisher_types == {"report": "report", "publication": "report"}
    assert read.weak_types == ("publication", "gov.uk/reports/")


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        (
            "sure: [open data",
            'sure: ["(a+)+$"',
            "4: 'topics.sure' is '(a+)+$': '(a+)+$' is not a phrase; write plain",
        ),
        ("sure: [open data", "sure: [a*", "a word with * needs three letters before it"),
        (
            "sure: [open data",
            "sure: [open data, Open Data",
            "2: 'open data' is listed twice under 'open-data'",
        ),
        (
            "sure: [open data",
            "shure: [open data",
            "4: 'topics.shure' is not a known key; did you mean",
        ),
        ("topic: open-data}\n  - {body", "topic: opendata}\n  - {body", "7: no topic has the id 'opendata'"),
        ("body: ogp", "body: ogpp", "8: no body has the id 'ogpp'; see register/bodies.yaml"),
        (
            "host: opengovernment",
            "host: https://opengovernment",
            "7: 'always_relevant.host' is 'https://open",
        ),
        ("{host: opengovernment.org.uk, topic", "{topic", "7: name either a host or a body here"),
        ("{cy: data agored}", "{de: offene Daten}", "is not a phrase"),
    ],
)
def test_an_error_is_refused_with_its_line_and_remedy(
    tmp_path: Path, right: str, wrong: str, message: str
) -> None:
    assert right in GOOD

    errors = refuse(tmp_path, GOOD.replace(right, wrong))

    assert any(message in one for one in errors), errors


def test_a_body_has_its_name_of_the_day_and_a_role_moves_between_bodies() -> None:
    bodies, roles = load_bodies(Path("register/bodies.yaml"), ConfigIssues())
    fcdo, lead = bodies["fcdo"], roles[0]

    assert fcdo.former == (FormerName(name="Foreign and Commonwealth Office", until=date(2020, 9, 2)),)
    assert fcdo.name_on(date(2020, 9, 1)) == "Foreign and Commonwealth Office"
    assert fcdo.name_on(date(2020, 9, 2)) == "Foreign, Commonwealth and Development Office"
    assert lead.is_assigned_to("dcms", date(2019, 12, 31))
    assert not lead.is_assigned_to("dcms", date(2020, 1, 1))
    assert lead.is_assigned_to("cssu", date(2026, 3, 25))
    assert not any(lead.is_assigned_to(body, date(2025, 6, 1)) for body in bodies)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("until: 2020-13}", "write a year, a month or a day"),
        ("since: 2021, until: 2020-09-02}", "ends before it begins"),
    ],
)
def test_a_name_or_a_role_with_impossible_days_is_refused(tmp_path: Path, change: str, message: str) -> None:
    text = Path("register/bodies.yaml").read_text(encoding="utf-8")
    file = tmp_path / "bodies.yaml"
    file.write_text(text.replace("until: 2020-09-02}", change), encoding="utf-8")
    issues = ConfigIssues()

    with pytest.raises(ConfigError, match=message), issues.raised_at_end():
        load_bodies(file, issues)
