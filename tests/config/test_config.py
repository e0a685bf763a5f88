"""The operator's files are read, or refused with the file, line and remedy of every mistake."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.config import load_config
from aggregator.config.alerts_file import AlertsSchema
from aggregator.config.register.bodies_file import BodiesSchema
from aggregator.config.register.plans_file import PlansSchema, RulesSchema
from aggregator.config.register.vocabulary_file import VocabularySchema
from aggregator.config.settings import SettingsSchema, load_settings
from aggregator.config.sources_file import SourcesSchema
from aggregator.config.yaml_files.renamed_keys import RENAMED_KEYS
from aggregator.config.yaml_files.schema import known_keys
from aggregator.errors import ConfigError
from aggregator.model import Scope, Source

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
    verified: yes
    updated_means_change: yes
  - id: records
    body: uk-gov
    kind: records
    title: Records
    address: records/
    licence: own
    scope: all
    verified: yes
"""

RULE = """\
rules:
  - id: R1
    title: A rule
    asks: Something.
    basis: ours
    binds: [uk]
    evidence: a record
    measure: finding
"""

ALERT = """\
alerts:
  - id: plans
    name: Plans
    when: plan
    rhythm: daily
    feed: yes
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


def refuse(file: Path, text: str) -> list[str]:
    """The lines of the error when `file` contains `text`."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config()
    return str(caught.value).splitlines()


def test_sources_are_read_with_their_defaults(home: Path) -> None:
    config = load_config()

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
        verified=True,
        language="en",
        updated_means_change=True,
    )
    assert list(config.bodies) == ["uk-gov", "cabinet-office"]
    assert config.bodies["cabinet-office"].parent == "uk-gov"


def test_every_error_of_every_file_is_named_at_once(home: Path) -> None:
    (home / "register/bodies.yaml").write_text(
        BODIES.replace("    nation: uk\n    url: https://www.gov.uk/\n", "")
    )

    errors = refuse(
        home / "sources.yaml",
        SOURCES.replace("every: 2 hours", "every: often")
        .replace("scope: relevant", "scop: relevant")
        .replace("address: records/", "address: somewhere"),
    )

    assert errors == [
        "register/bodies.yaml:2: 'bodies.nation' is missing; add it",
        "register/bodies.yaml:2: 'bodies.url' is missing; add it",
        "sources.yaml:2: 'defaults.every' is 'often': write a number and a unit, such as '30 minutes', "
        "'1 hour' or '5 seconds'",
        "sources.yaml:4: 'sources.scope' is missing; add it",
        "sources.yaml:11: 'sources.scop' is not a known key; did you mean 'scope'?",
        "sources.yaml:18: 'sources.address' is 'somewhere': write a whole address that begins with https://, "
        "or a folder here such as 'records/'",
    ]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("id: records", "id: co", "sources.yaml:14: the id 'co' is used twice; give each source its own"),
        (
            "body: cabinet-office",
            "body: cabinet-ofice",
            "sources.yaml:5: no body has the id 'cabinet-ofice'; did you mean 'cabinet-office'?",
        ),
        (
            "every: 2 hours",
            "every: 2 hours\n  every: 1 hour",
            "sources.yaml:3: the key 'every' occurs twice here",
        ),
        ("pause: 10 seconds", "every: 1 minute", "poll no publisher more often than every 15 minutes"),
        ("kind: feed", "kind: fed", "'sources.kind' is 'fed': write one of feed, records, jsonfeed"),
        ("id: co\n", "id: CO\n", "write small letters a to z, digits and single hyphens"),
        ("title: Records", "title: ''", "sources.yaml:17: 'sources.title' is '': it may not be empty"),
        ("kind: records", "kind: feed", "only the kind 'records' reads a folder of this project"),
    ],
)
def test_an_error_in_sources_names_line_and_remedy(home: Path, before: str, after: str, message: str) -> None:
    errors = refuse(home / "sources.yaml", SOURCES.replace(before, after))

    assert any(message in one for one in errors), errors


def test_an_unknown_parent_is_refused(home: Path) -> None:
    errors = refuse(home / "register/bodies.yaml", BODIES.replace("parent: uk-gov", "parent: gov"))

    assert errors == ["register/bodies.yaml:10: no body has the id 'gov'; add it or correct this"]


def test_a_missing_and_an_empty_file_are_named(home: Path) -> None:
    (home / "register/vocabulary.yaml").unlink()

    errors = refuse(home / "sources.yaml", "# nothing\n")

    assert errors == [
        "register/vocabulary.yaml: this file is missing; restore the one that the project ships",
        "sources.yaml:1: this file is empty; restore the one that the project ships",
    ]


def test_two_types_cannot_share_a_publisher_type(home: Path) -> None:
    errors = refuse(
        home / "register/vocabulary.yaml",
        "topics: []\ntypes:\n"
        "  - {id: news, name: news, publisher_types: [News]}\n"
        "  - {id: report, name: report, publisher_types: [news]}\n",
    )

    assert errors == ["register/vocabulary.yaml:4: 'news' already belongs to the type 'news'"]


def test_settings_come_from_file_environment_and_options_in_this_order(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "settings.yaml").write_text("title: From the file\noperator: File\noutput: published\n")
    monkeypatch.setenv("AGGREGATOR_OPERATOR", "Environment")
    monkeypatch.setenv("AGGREGATOR_ALLOWED_HOSTS", "intranet.example.org, other.example.org")

    settings = load_settings(output="elsewhere", store=None)

    assert (settings.title, settings.operator, settings.output) == (
        "From the file",
        "Environment",
        "elsewhere",
    )
    assert settings.allowed_hosts == ("intranet.example.org", "other.example.org")
    assert settings.base_url == "http://localhost:8000/"


def test_relative_paths_start_at_the_folder_of_the_settings_file(home: Path) -> None:
    (home / "there").mkdir()
    (home / "there/settings.yaml").write_text("title: There\n")

    settings = load_settings(home / "there/settings.yaml")

    assert settings.output_folder == home / "there/output"
    assert settings.store_url == f"sqlite:///{home}/there/data/aggregator.db"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("titel: x\n", "settings.yaml:1: 'titel' is not a known key; did you mean 'title'?"),
        (
            "title: x\ntimezone: London\n",
            "settings.yaml:2: 'timezone' is 'London': write a time zone of the IANA database",
        ),
        (
            "base_url: example.org\n",
            "settings.yaml:1: 'base_url' is 'example.org': write the address at which",
        ),
        ("store: postgres\n", "settings.yaml:1: 'store' is 'postgres': write sqlite:/// and a file"),
    ],
)
def test_an_error_in_the_settings_names_line_and_remedy(home: Path, text: str, message: str) -> None:
    (home / "settings.yaml").write_text(text)

    with pytest.raises(ConfigError) as caught:
        load_settings()

    assert str(caught.value).startswith(message)


def test_an_error_in_the_environment_and_in_an_option_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGGREGATOR_TITEL", "x")
    with pytest.raises(ConfigError, match="environment variable AGGREGATOR_TITEL: no setting has this name"):
        load_settings()

    monkeypatch.delenv("AGGREGATOR_TITEL")
    monkeypatch.setenv("AGGREGATOR_TIMEZONE", "London")
    with pytest.raises(
        ConfigError, match=r"environment variable AGGREGATOR_TIMEZONE: 'timezone' is 'London': write"
    ):
        load_settings()

    monkeypatch.delenv("AGGREGATOR_TIMEZONE")
    with pytest.raises(ConfigError, match=r"option --store: 'store' is 'mysql': write sqlite:///"):
        load_settings(store="mysql")


@pytest.mark.parametrize(
    ("file", "before", "after", "message"),
    [
        (
            "settings.yaml",
            "",
            "own_hosts: [a.example.org]\n",
            "1: 'own_hosts' has another name now; write 'allowed_hosts'",
        ),
        ("settings.yaml", "", "zone: Europe/London\n", "1: 'zone' has another name now; write 'timezone'"),
        (
            "sources.yaml",
            "    verified: yes\n    updated_means",
            "    seen: answered\n    updated_means",
            "12: 'sources.seen' has another name now; write 'verified', "
            "with 'yes' for 'answered', 'no' for 'likely'",
        ),
        (
            "sources.yaml",
            "updated_means_change",
            "updated_is_news",
            "13: 'sources.updated_is_news' has another name now; write 'updated_means_change'",
        ),
        (
            "register/rules.yaml",
            "rules: []",
            RULE,
            "7: 'rules.binds' has another name now; write 'applies_to'",
        ),
        (
            "register/vocabulary.yaml",
            "types:",
            "whole: []\ntypes:",
            "3: 'whole' has another name now; write 'always_relevant'",
        ),
        ("alerts.yaml", "", ALERT, "5: 'alerts.rhythm' has another name now; write 'frequency'"),
    ],
)
def test_an_old_key_is_refused_with_its_new_name(
    home: Path, file: str, before: str, after: str, message: str
) -> None:
    text = (home / file).read_text(encoding="utf-8") if (home / file).exists() else ""
    assert before in text

    errors = refuse(home / file, text.replace(before, after, 1))

    assert f"{file}:{message}" in errors


def test_an_old_environment_variable_is_refused_with_its_new_name(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGGREGATOR_MAIL_REPLIES_BOX", "maildir:replies")

    with pytest.raises(ConfigError) as caught:
        load_settings()

    assert str(caught.value) == (
        "environment variable AGGREGATOR_MAIL_REPLIES_BOX: this setting has another name now; "
        "write AGGREGATOR_REPLIES_MAILBOX"
    )


def test_every_new_key_exists_and_no_old_one_does() -> None:
    schemas = (
        SettingsSchema,
        SourcesSchema,
        AlertsSchema,
        BodiesSchema,
        PlansSchema,
        RulesSchema,
        VocabularySchema,
    )
    keys = {key for schema in schemas for key in known_keys(schema)}

    assert set(RENAMED_KEYS.values()) <= keys
    # `zone` is a field of Moment, which files write as a date.
    assert set(RENAMED_KEYS) & keys == {"zone"}


def test_the_sources_of_a_recording_replace_those_of_the_project(home: Path) -> None:
    recording = home / "recording"
    recording.mkdir()
    (recording / "sources.tsv").write_text(
        "id\tbody\tkind\turl\n"
        "co\tCabinet Office\tfeed\thttps://www.gov.uk/government/organisations/cabinet-office.atom\n"
        "w\tWhatDoTheyKnow\tfeed\thttps://www.whatdotheyknow.com/feed/search/x\n",
        encoding="utf-8",
    )

    config = load_config(replay=recording)

    assert [(s.id, s.body, s.licence, s.updated_means_change) for s in config.sources] == [
        ("co", "cabinet-office", "unknown", True),
        ("w", "whatdotheyknow", "unknown", False),
    ]
    assert config.bodies["whatdotheyknow"].name == "WhatDoTheyKnow"


def test_a_recording_without_the_right_columns_is_refused(home: Path) -> None:
    recording = home / "recording"
    recording.mkdir()
    (recording / "sources.tsv").write_text("id\tbody\nco\tCabinet Office\n", encoding="utf-8")

    with pytest.raises(ConfigError, match=r"recording/sources.tsv:1: the first line must name the columns"):
        load_config(replay=recording)
