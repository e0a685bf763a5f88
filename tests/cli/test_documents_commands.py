"""`documents retract` erases a document's text for good; `documents identity` shows and answers questions."""

from __future__ import annotations

import json
from pathlib import Path

from aggregator.model import SourceState
from aggregator.model.fetched import IdentityQuestion, QuestionKind
from aggregator.store import open_store
from tests.store.values import make_change, save_changes
from tests.support.builders import NOON, make_entry
from tests.support.projects import SMALL_REGISTER, make_atom_feed, small_project
from tests.support.server import ScriptedResponse, ScriptedServer

WHY = "Jane Doe asked us to"


def test_its_text_and_the_reason_are_in_no_published_file(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project", register=SMALL_REGISTER)
    feed = make_atom_feed({"/a": "Open data of Jane Doe", "/b": "Open data for all of us"})
    with ScriptedServer(
        {"/one.atom": ScriptedResponse(headers={"Content-Type": "application/atom+xml"}, payload=feed)}
    ) as web:
        project.sources({"one": web.url("/one.atom")}, records=False)
        project.run("run")
        indexed = project.run("search", "index")
        ids = {row["title"]: row["id"] for row in json.loads(project.run("documents", "list", "--json").out)}
        id = ids["Open data of Jane Doe"]
        before = b"".join(project.output().values())
        done = project.run("documents", "retract", id, "--why", WHY, "--at", "2026-06-05T12:00:00Z")
        again = project.run("run")
        fragments = [path for path in project.output() if path.startswith("pagefind/fragment/")]

    after = project.output()
    assert (done.code, again.code) == (0, 0)
    assert indexed.out == f"{len(fragments) + 1} pages can be searched.\n"
    assert "its text is erased" in done.out
    assert b"Jane Doe" in before
    assert b"Jane Doe" not in b"".join(after.values())
    assert id in after["corrections.html"].decode()
    assert b"Open data for all of us" in after["feed.atom"]

    history = project.run("documents", "history", id)
    assert history.code == 2
    assert f"it was retracted on 2026-06-05T12:00:00Z ({WHY}); its text is erased" in history.err
    assert project.run("documents", "retract", "urn:uuid:nobody", "--why", WHY).code == 2


def test_a_question_of_identity_is_shown_and_answered_once(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project", register=SMALL_REGISTER)
    project.sources({})
    (project.folder / "data").mkdir()
    entry = make_entry()
    question = IdentityQuestion(
        kind=QuestionKind.OTHER_HOST,
        since=NOON,
        subject="stage.example.net",
        moved=(("https://stage.example.net/a-plan", entry.id),),
    )
    with open_store(f"sqlite:///{project.folder}/data/aggregator.db") as store:
        save_changes(store, make_change(entry))
        store.sources.save_state(SourceState(source="one", questions=(question,)))
        (shown,) = json.loads(project.run("documents", "identity", "--json").out)
        answered = project.run("documents", "identity", "--refuse", "one:stage.example.net")
        again = project.run("documents", "identity", "--refuse", "one:stage.example.net")
        state = store.sources.state("one")

    assert (shown["what"], shown["seen"], shown["was"]) == ("A plan", question.moved[0][0], entry.url)
    assert (answered.code, again.code) == (0, 2)
    assert (state.questions, state.answers.refused_hosts) == ((), ("stage.example.net",))
