"""register/vocabulary.yaml and the roles of register/bodies.yaml: read whole, or refused line by line."""

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
whole:
  - {host: opengovernment.org.uk, topic: open-data}
  - {body: ogp, topic: open-data}
types:
  - id: report
    name: report
    title_words: [report]
    publisher_types: [Report]
    general_publisher_types: [Publication]
    general_addresses: [gov.uk/reports/]
"""


def refused(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "vocabulary.yaml"
    file.write_text(text, encoding="utf-8")
    mistakes = ConfigIssues()
    with pytest.raises(ConfigError) as caught, mistakes.collected():
        load_vocabulary(file, mistakes, {"ogp"})
    return [str(one).partition("vocabulary.yaml:")[2] for one in caught.value.mistakes]


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
    assert read.general == ("publication", "gov.uk/reports/")


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (
            "sure: [open data",
            'sure: ["(a+)+$"',
            "4: 'topics.sure' is '(a+)+$': '(a+)+$' is no phrase; write plain",
        ),
        ("sure: [open data", "sure: [a*", "a word with * needs three letters before it"),
        ("sure: [open data", "sure: [open data, Open Data", "2: 'open data' stands twice under 'open-data'"),
        (
            "sure: [open data",
            "shure: [open data",
            "4: 'topics.shure' is not a key that is known here; did you mean",
        ),
        ("topic: open-data}\n  - {body", "topic: opendata}\n  - {body", "7: no topic has the id 'opendata'"),
        ("body: ogp", "body: ogpp", "8: no body has the id 'ogpp'; see register/bodies.yaml"),
        ("host: opengovernment", "host: https://opengovernment", "7: 'whole.host' is 'https://open"),
        ("{host: opengovernment.org.uk, topic", "{topic", "7: name either a host or a body here"),
        ("{cy: data agored}", "{de: offene Daten}", "is no phrase"),
    ],
)
def test_a_mistake_is_refused_with_its_line_and_remedy(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert right in GOOD

    told = refused(tmp_path, GOOD.replace(right, wrong))

    assert any(said in one for one in told), told


def test_a_body_keeps_the_name_of_the_day_and_a_role_moves_along() -> None:
    bodies, roles = load_bodies(Path("register/bodies.yaml"), ConfigIssues())
    fcdo, lead = bodies["fcdo"], roles[0]

    assert fcdo.former == (FormerName(name="Foreign and Commonwealth Office", until=date(2020, 9, 2)),)
    assert fcdo.name_on(date(2020, 9, 1)) == "Foreign and Commonwealth Office"
    assert fcdo.name_on(date(2020, 9, 2)) == "Foreign, Commonwealth and Development Office"
    assert lead.held_by("dcms", date(2019, 12, 31))
    assert not lead.held_by("dcms", date(2020, 1, 1))
    assert lead.held_by("cssu", date(2026, 3, 25))
    assert not any(lead.held_by(body, date(2025, 6, 1)) for body in bodies)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("until: 2020-13}", "write a year, a month or a day"),
        ("since: 2021, until: 2020-09-02}", "ends before it begins"),
    ],
)
def test_a_name_or_a_role_with_impossible_days_is_refused(tmp_path: Path, change: str, said: str) -> None:
    text = Path("register/bodies.yaml").read_text(encoding="utf-8")
    file = tmp_path / "bodies.yaml"
    file.write_text(text.replace("until: 2020-09-02}", change), encoding="utf-8")
    mistakes = ConfigIssues()

    with pytest.raises(ConfigError, match=said), mistakes.collected():
        load_bodies(file, mistakes)
