"""The commands of labels and the vocabulary, and `documents label`, over a real store."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.projects import SmallProject, make_atom_feed, small_project
from tests.support.server import ScriptedResponse, ScriptedServer

ATOM = {"Content-Type": "application/atom+xml"}
HEADER = "id\ttitle\tsummary\tbody\turl\topen_government_relevant\tupdate_type\ttopics\n"


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose store holds a document about open data and one about potholes."""
    small = small_project(tmp_path_factory.mktemp("seeded") / "project")
    feed = make_atom_feed({"/a": "Open data for all of us", "/b": "Potholes on the A9"})
    with ScriptedServer({"/one.atom": ScriptedResponse(headers=ATOM, payload=feed)}) as server:
        small.sources({"one": server.url("/one.atom")}, records=False)
        file = small.folder / "sources.yaml"
        file.write_text(file.read_text("utf-8").replace("scope: all", "scope: relevant"), encoding="utf-8")
        small.run("poll")
    return small.folder


@pytest.fixture
def project(seeded: Path, tmp_path: Path) -> SmallProject:
    """A copy of it."""
    return SmallProject(Path(shutil.copytree(seeded, tmp_path / "project")))


def documents(project: SmallProject) -> dict[str, dict[str, Any]]:
    return {row["title"]: row for row in json.loads(project.run("documents", "list", "--json").out)}


def test_documents_are_listed_with_relevance_topics_and_reasons(project: SmallProject) -> None:
    rows = documents(project)

    assert (rows["Open data for all of us"]["relevance"], rows["Open data for all of us"]["topics"]) == (
        "yes",
        ["open-data"],
    )
    assert any("“open data" in why and "(title)" in why for why in rows["Open data for all of us"]["why"])
    assert rows["Potholes on the A9"]["relevance"] == "no"
    assert [
        row["title"] for row in json.loads(project.run("documents", "list", "--relevant", "--json").out)
    ] == ["Open data for all of us"]


def test_an_override_wins_survives_a_new_vocabulary_and_is_exported(project: SmallProject) -> None:
    before = documents(project)
    id = before["Potholes on the A9"]["id"]

    labelled = project.run(
        "documents", "label", id, "--relevance", "yes", "--topics", "open-data", "--why", "A register."
    )
    vocabulary = project.folder / "register/vocabulary.yaml"
    vocabulary.write_text(
        vocabulary.read_text("utf-8").replace("- open data\n", "- no such words\n"), encoding="utf-8"
    )
    changed = json.loads(project.run("classify", "apply", "--json").out)["changed"]

    assert labelled.out == "Potholes on the A9: yes, news, open-data\n"
    after = documents(project)
    assert changed == 1
    assert after["Potholes on the A9"]["relevance"] == "yes"
    assert "“A register.” (operator): relevance:yes" in after["Potholes on the A9"]["why"]
    assert after["Open data for all of us"]["score"] < before["Open data for all of us"]["score"]
    exported = project.run("classify", "export", "--corrected").out.splitlines()
    assert [line.split("\t")[1] for line in exported] == ["title", "Potholes on the A9"]
    for title, row in after.items():
        same = ("updated", "first_seen", "published", "revised", "backlog", "id")
        assert [row[key] for key in same] == [before[title][key] for key in same]


def test_an_override_can_be_removed(project: SmallProject) -> None:
    id = documents(project)["Potholes on the A9"]["id"]
    project.run("documents", "label", id, "--relevance", "yes", "--why", "A register.")

    project.run("documents", "label", id, "--clear")

    row = documents(project)["Potholes on the A9"]
    assert (row["relevance"], row["overridden"]) == ("no", False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--relevance", "yes"), "give a reason"),
        (("--why", "x"), "give a label"),
        (("--why", "x", "--type", "newz"), "'newz' is not a type; write one of irm-report"),
        (
            ("--why", "x", "--topics", "open-date"),
            "'open-date' is not a topic; write some of open-government",
        ),
    ],
)
def test_an_override_without_reason_or_valid_label_is_refused(
    project: SmallProject, arguments: tuple[str, ...], message: str
) -> None:
    ended = project.run("documents", "label", "urn:uuid:0", *arguments)

    assert ended.code == 2
    assert message in " ".join(re.sub(r"[│╭╮╰╯─]", " ", ended.err).split())


def test_an_unknown_document_is_named_with_a_remedy(project: SmallProject) -> None:
    ended = project.run("documents", "label", "urn:uuid:0", "--relevance", "no", "--why", "x")

    assert (ended.code, ended.err) == (
        2,
        "document urn:uuid:0: no stored document has this id; "
        "`aggregator documents list --json` shows the ids\n",
    )


def test_exported_labels_can_be_evaluated_and_agree_with_themselves(project: SmallProject) -> None:
    file = project.folder / "labels.tsv"
    file.write_text(project.run("classify", "export").out, encoding="utf-8")

    figures = json.loads(project.run("classify", "evaluate", str(file), "--json").out)

    assert figures["relevance"]["f1"] == figures["type"]["accuracy"] == 1


def test_evaluate_finds_columns_by_name_hides_fields_and_shows_errors(project: SmallProject) -> None:
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
    ("text", "message"),
    [
        (
            "title\tkind\nx\ty\n",
            ":1: the first line must name the columns, with tabs between them; 'open_gov",
        ),
        (HEADER + "1\tA\t\t\t\tperhaps\t\t\n", ":2: open_government_relevant is 'perhaps'; write yes, bord"),
        (HEADER, ": no row has a title; there is nothing to measure"),
        ("\xff\xfe", ": cannot be read as UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_line_and_remedy(
    project: SmallProject, text: str, message: str
) -> None:
    file = project.folder / "bad.tsv"
    file.write_bytes(text.encode("latin-1"))

    ended = project.run("classify", "evaluate", str(file))

    assert ended.code == 2
    assert message in ended.err


def test_explain_shows_the_labels_of_a_title_and_refuses_an_empty_one(project: SmallProject) -> None:
    explained = project.run("classify", "explain", "NAP6: minutes of the multi-stakeholder forum").out
    empty = project.run("classify", "explain", " ")

    assert explained.startswith("relevance yes (score ")
    assert "type meeting-record" in explained
    assert "plans: uk-nap6" in explained
    assert empty.code == 2
    assert "the title is empty" in empty.err


def test_applying_the_same_vocabulary_again_changes_nothing(project: SmallProject) -> None:
    assert project.run("classify", "apply").out == "The labels of 0 documents changed.\n"
