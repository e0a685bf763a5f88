"""The commands around what updates are about, through the command line, over a real store."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.projects import Small, atom, small_project
from tests.support.server import Response, Server

ATOM = {"Content-Type": "application/atom+xml"}
HEAD = "id\ttitle\tsummary\tbody\turl\topen_government_relevant\tupdate_type\ttopics\n"


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose store holds a document about open data and one about potholes."""
    small = small_project(tmp_path_factory.mktemp("seeded") / "project")
    feed = atom({"/a": "Open data for all of us", "/b": "Potholes on the A9"})
    with Server({"/one.atom": Response(headers=ATOM, payload=feed)}) as server:
        small.sources({"one": server.url("/one.atom")}, records=False)
        file = small.folder / "sources.yaml"
        file.write_text(file.read_text("utf-8").replace("scope: all", "scope: relevant"), encoding="utf-8")
        small.run("poll")
    return small.folder


@pytest.fixture
def project(seeded: Path, tmp_path: Path) -> Small:
    """A copy of it."""
    return Small(Path(shutil.copytree(seeded, tmp_path / "project")))


def held(project: Small) -> dict[str, dict[str, Any]]:
    return {row["title"]: row for row in json.loads(project.run("entries", "--json").out)}


def test_entries_tell_relevance_type_topics_and_why(project: Small) -> None:
    rows = held(project)

    assert (rows["Open data for all of us"]["relevance"], rows["Open data for all of us"]["topics"]) == (
        "yes",
        ["open-data"],
    )
    assert any("“open data" in why and "(title)" in why for why in rows["Open data for all of us"]["why"])
    assert rows["Potholes on the A9"]["relevance"] == "no"
    assert [row["title"] for row in json.loads(project.run("entries", "--relevant", "--json").out)] == [
        "Open data for all of us"
    ]


def test_a_mark_wins_survives_a_new_vocabulary_and_is_exported(project: Small) -> None:
    before = held(project)
    id = before["Potholes on the A9"]["id"]

    said = project.run(
        "entries", "mark", id, "--relevance", "yes", "--topics", "open-data", "--why", "A register."
    )
    words = project.folder / "register/vocabulary.yaml"
    words.write_text(words.read_text("utf-8").replace("- open data\n", "- no such words\n"), encoding="utf-8")
    changed = json.loads(project.run("reclassify", "--json").out)["changed"]

    assert said.out == "Potholes on the A9: yes, news, open-data\n"
    after = held(project)
    assert changed == 1
    assert after["Potholes on the A9"]["relevance"] == "yes"
    assert "“A register.” (operator): relevance:yes" in after["Potholes on the A9"]["why"]
    assert after["Open data for all of us"]["score"] < before["Open data for all of us"]["score"]
    exported = project.run("classify", "labels", "--corrected").out.splitlines()
    assert [line.split("\t")[1] for line in exported] == ["title", "Potholes on the A9"]
    for title, row in after.items():
        same = ("updated", "first_seen", "published", "revised", "backlog", "id")
        assert [row[key] for key in same] == [before[title][key] for key in same]


def test_a_mark_can_be_taken_back(project: Small) -> None:
    id = held(project)["Potholes on the A9"]["id"]
    project.run("entries", "mark", id, "--relevance", "yes", "--why", "A register.")

    project.run("entries", "mark", id, "--clear")

    row = held(project)["Potholes on the A9"]
    assert (row["relevance"], row["marked"]) == ("no", False)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--relevance", "yes"), "say why"),
        (("--why", "x"), "say what is to be corrected"),
        (("--why", "x", "--type", "newz"), "'newz' is no type; write one of irm-report"),
        (("--why", "x", "--topics", "open-date"), "'open-date' is no topic; write some of open-government"),
    ],
)
def test_a_mark_that_says_nothing_usable_is_refused(
    project: Small, arguments: tuple[str, ...], said: str
) -> None:
    ended = project.run("entries", "mark", "urn:uuid:0", *arguments)

    assert ended.code == 2
    assert said in " ".join(re.sub(r"[│╭╮╰╯─]", " ", ended.err).split())


def test_an_unknown_document_is_named_with_a_remedy(project: Small) -> None:
    ended = project.run("entries", "mark", "urn:uuid:0", "--relevance", "no", "--why", "x")

    assert (ended.code, ended.err) == (
        2,
        "document urn:uuid:0: nothing with this id is held; `aggregator entries --json` shows the ids\n",
    )


def test_what_is_written_as_labels_is_read_back_and_agrees_with_itself(project: Small) -> None:
    file = project.folder / "labels.tsv"
    file.write_text(project.run("classify", "labels").out, encoding="utf-8")

    figures = json.loads(project.run("classify", "evaluate", str(file), "--json").out)

    assert figures["relevance"]["f1"] == figures["type"]["accuracy"] == 1


def test_evaluate_finds_columns_by_name_hides_fields_and_shows_mistakes(project: Small) -> None:
    file = project.folder / "some.tsv"
    file.write_text(
        "update_type\topen_government_relevant\ttitle\tother\n"
        "news\tno\tOpen data for all\tx\nreport\tyes\tOpen government report\ty\n"
        "news\tborderline\tFOI release: roads\tz\n",
        encoding="utf-8",
    )

    figures = json.loads(project.run("classify", "evaluate", str(file), "--errors", "--json").out)
    shown = project.run("classify", "evaluate", str(file), "--hide", "body,url", "--errors").out

    assert figures["relevance"]["precision"] == 0.5
    assert figures["relevance"]["recall"] == 1
    assert figures["relevance"]["borderline"] == {"yes": 0, "borderline": 1, "no": 0}
    assert figures["errors"][0]["title"] == "Open data for all"
    assert "row 1: Open data for all" in shown
    assert "“open data” (title): topic:open-data, +18" in shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title\tkind\nx\ty\n", ":1: the first line must name the columns, tabs between them; 'open_gov"),
        (HEAD + "1\tA\t\t\t\tperhaps\t\t\n", ":2: open_government_relevant is 'perhaps'; write yes, bord"),
        (HEAD, ": no row with a title; there is nothing to measure"),
        ("\xff\xfe", ": cannot be read as UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_line_and_remedy(
    project: Small, text: str, said: str
) -> None:
    file = project.folder / "bad.tsv"
    file.write_bytes(text.encode("latin-1"))

    ended = project.run("classify", "evaluate", str(file))

    assert ended.code == 2
    assert said in ended.err


def test_explain_says_what_a_title_is_and_an_empty_one_is_refused(project: Small) -> None:
    told = project.run("classify", "explain", "NAP6: minutes of the multi-stakeholder forum").out
    empty = project.run("classify", "explain", " ")

    assert told.startswith("relevance yes (score ")
    assert "type meeting-record" in told
    assert "plans: uk-nap6" in told
    assert empty.code == 2
    assert "the title is empty" in empty.err


def test_reclassifying_again_changes_nothing(project: Small) -> None:
    assert project.run("reclassify").out == "0 documents have other labels than before.\n"
