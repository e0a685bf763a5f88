"""The operator's files: read whole, or refused with every mistake, its file, line and remedy."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.config import load
from aggregator.config.settings import load_settings
from aggregator.errors import ConfigError
from aggregator.model import Scope, Seen, Source

PROJECT = Path(__file__).parents[2]

BODIES = """\
bodies:
  - id: uk-gov
    name: UK Government
    nation: uk
    url: https://www.gov.uk/
  - id: cabinet-office
    name: Cabinet Office
    nation: uk
    url: https://www.gov.uk/government/organisations/cabinet-office
    parent: uk-gov
"""

VOCABULARY = """\
topics:
  - {id: openness, name: openness, sure: [open government]}
types:
  - {id: news, name: news}
"""

SOURCES = """\
defaults:
  every: 2 hours
sources:
  - id: co
    body: cabinet-office
    kind: feed
    title: Cabinet Office on GOV.UK
    address: https://www.gov.uk/government/organisations/cabinet-office.atom
    pause: 10 seconds
    licence: OGL-3.0
    scope: relevant
    seen: answered
    updated_is_news: yes
  - id: records
    body: uk-gov
    kind: records
    title: Records
    address: records/
    licence: own
    scope: all
    seen: answered
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with small files, and the working folder."""
    (tmp_path / "register").mkdir()
    (tmp_path / "register/bodies.yaml").write_text(BODIES, encoding="utf-8")
    (tmp_path / "register/vocabulary.yaml").write_text(VOCABULARY, encoding="utf-8")
    (tmp_path / "register/plans.yaml").write_text(
        "read: 2026-11-23\nprocesses: []\nplans: []\n", encoding="utf-8"
    )
    (tmp_path / "register/rules.yaml").write_text("read: 2026-11-23\nrules: []\n", encoding="utf-8")
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(file: Path, text: str) -> list[str]:
    """The lines of what is said when `file` holds `text`."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load()
    return str(caught.value).splitlines()


def test_sources_are_read_with_their_defaults(home: Path) -> None:
    config = load()

    assert config.sources[0] == Source(
        id="co",
        body="cabinet-office",
        kind="feed",
        title="Cabinet Office on GOV.UK",
        address="https://www.gov.uk/government/organisations/cabinet-office.atom",
        every=timedelta(hours=2),
        pause=timedelta(seconds=10),
        licence="OGL-3.0",
        scope=Scope.RELEVANT,
        seen=Seen.ANSWERED,
        language="en",
        updated_is_news=True,
    )
    assert list(config.bodies) == ["uk-gov", "cabinet-office"]
    assert config.bodies["cabinet-office"].parent == "uk-gov"


def test_every_mistake_of_every_file_is_named_at_once(home: Path) -> None:
    (home / "register/bodies.yaml").write_text(
        BODIES.replace("    nation: uk\n    url: https://www.gov.uk/\n", "")
    )

    said = refused(
        home / "sources.yaml",
        SOURCES.replace("every: 2 hours", "every: often")
        .replace("scope: relevant", "scop: relevant")
        .replace("address: records/", "address: somewhere"),
    )

    assert said == [
        "register/bodies.yaml:2: 'bodies.nation' is missing; add it",
        "register/bodies.yaml:2: 'bodies.url' is missing; add it",
        "sources.yaml:2: 'defaults.every' is 'often': write a number and a unit, such as '30 minutes', "
        "'1 hour' or '5 seconds'",
        "sources.yaml:4: 'sources.scope' is missing; add it",
        "sources.yaml:11: 'sources.scop' is not a key that is known here; did you mean 'scope'?",
        "sources.yaml:18: 'sources.address' is 'somewhere': write a whole address that begins with https://, "
        "or a folder here such as 'records/'",
    ]


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("id: records", "id: co", "sources.yaml:14: the id 'co' stands twice; give each source its own"),
        (
            "body: cabinet-office",
            "body: cabinet-ofice",
            "sources.yaml:5: no body has the id 'cabinet-ofice'; did you mean 'cabinet-office'?",
        ),
        (
            "every: 2 hours",
            "every: 2 hours\n  every: 1 hour",
            "sources.yaml:3: the key 'every' stands twice here",
        ),
        ("pause: 10 seconds", "every: 1 minute", "ask no publisher more often than every 15 minutes"),
        ("kind: feed", "kind: fed", "'sources.kind' is 'fed': write one of feed, records, jsonfeed"),
        ("id: co\n", "id: CO\n", "write small letters a to z, digits and single hyphens"),
        ("title: Records", "title: ''", "sources.yaml:17: 'sources.title' is '': it may not be empty"),
        ("kind: records", "kind: feed", "only the kind 'records' reads a folder of this project"),
    ],
)
def test_a_mistake_in_sources_names_line_and_remedy(home: Path, before: str, after: str, line: str) -> None:
    said = refused(home / "sources.yaml", SOURCES.replace(before, after))

    assert any(line in one for one in said), said


def test_a_parent_that_nobody_knows_is_refused(home: Path) -> None:
    said = refused(home / "register/bodies.yaml", BODIES.replace("parent: uk-gov", "parent: gov"))

    assert said == ["register/bodies.yaml:10: no body has the id 'gov'; add it or correct this"]


def test_a_missing_and_an_empty_file_are_named(home: Path) -> None:
    (home / "register/vocabulary.yaml").unlink()

    said = refused(home / "sources.yaml", "# nothing\n")

    assert said == [
        "register/vocabulary.yaml: this file is missing; the project ships one, bring it back",
        "sources.yaml:1: this file is empty; the project ships one, bring it back",
    ]


def test_two_types_cannot_share_a_publishers_word(home: Path) -> None:
    said = refused(
        home / "register/vocabulary.yaml",
        "topics: []\ntypes:\n"
        "  - {id: news, name: news, publisher_types: [News]}\n"
        "  - {id: report, name: report, publisher_types: [news]}\n",
    )

    assert said == ["register/vocabulary.yaml:4: 'news' already belongs to the type 'news'"]


def test_settings_come_from_file_environment_and_options_in_this_order(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "settings.yaml").write_text("title: From the file\noperator: File\noutput: published\n")
    monkeypatch.setenv("AGGREGATOR_OPERATOR", "Environment")
    monkeypatch.setenv("AGGREGATOR_OWN_HOSTS", "intranet.example.org, other.example.org")

    settings = load_settings(output="elsewhere", store=None)

    assert (settings.title, settings.operator, settings.output) == (
        "From the file",
        "Environment",
        "elsewhere",
    )
    assert settings.own_hosts == ("intranet.example.org", "other.example.org")
    assert settings.base_url == "http://localhost:8000/"


def test_paths_count_from_the_folder_of_the_settings_file(home: Path) -> None:
    (home / "there").mkdir()
    (home / "there/settings.yaml").write_text("title: There\n")

    settings = load_settings(home / "there/settings.yaml")

    assert settings.output_folder == home / "there/output"
    assert settings.store_url == f"sqlite:///{home}/there/data/aggregator.db"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("titel: x\n", "settings.yaml:1: 'titel' is not a key that is known here; did you mean 'title'?"),
        (
            "title: x\nzone: London\n",
            "settings.yaml:2: 'zone' is 'London': write a zone of the IANA database",
        ),
        (
            "base_url: example.org\n",
            "settings.yaml:1: 'base_url' is 'example.org': write the address at which",
        ),
        ("store: postgres\n", "settings.yaml:1: 'store' is 'postgres': write sqlite:/// and a file"),
    ],
)
def test_a_mistake_in_the_settings_names_line_and_remedy(home: Path, text: str, line: str) -> None:
    (home / "settings.yaml").write_text(text)

    with pytest.raises(ConfigError) as caught:
        load_settings()

    assert str(caught.value).startswith(line)


def test_a_mistake_in_the_environment_and_in_an_option_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGGREGATOR_TITEL", "x")
    with pytest.raises(ConfigError, match="environment variable AGGREGATOR_TITEL: no setting has this name"):
        load_settings()

    monkeypatch.delenv("AGGREGATOR_TITEL")
    monkeypatch.setenv("AGGREGATOR_ZONE", "London")
    with pytest.raises(ConfigError, match=r"environment variable AGGREGATOR_ZONE: 'zone' is 'London': write"):
        load_settings()

    monkeypatch.delenv("AGGREGATOR_ZONE")
    with pytest.raises(ConfigError, match=r"option --store: 'store' is 'mysql': write sqlite:///"):
        load_settings(store="mysql")


def test_a_recording_brings_its_own_sources(home: Path) -> None:
    recording = home / "recording"
    recording.mkdir()
    (recording / "sources.tsv").write_text(
        "id\tbody\tkind\turl\n"
        "co\tCabinet Office\tfeed\thttps://www.gov.uk/government/organisations/cabinet-office.atom\n"
        "w\tWhatDoTheyKnow\tfeed\thttps://www.whatdotheyknow.com/feed/search/x\n",
        encoding="utf-8",
    )

    config = load(replay=recording)

    assert [(s.id, s.body, s.licence, s.updated_is_news) for s in config.sources] == [
        ("co", "cabinet-office", "unknown", True),
        ("w", "whatdotheyknow", "unknown", False),
    ]
    assert config.bodies["whatdotheyknow"].name == "WhatDoTheyKnow"


def test_a_recording_without_the_right_columns_is_refused(home: Path) -> None:
    recording = home / "recording"
    recording.mkdir()
    (recording / "sources.tsv").write_text("id\tbody\nco\tCabinet Office\n", encoding="utf-8")

    with pytest.raises(ConfigError, match=r"recording/sources.tsv:1: the first line must name the columns"):
        load(replay=recording)
