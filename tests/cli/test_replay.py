"""A replay never touches what a live store published, and all that it publishes or sends says what it is."""

from __future__ import annotations

from collections.abc import Mapping
from email import message_from_bytes, policy
from pathlib import Path, PurePath

import pytest

from aggregator.model import DEMONSTRATION
from tests.support.projects import SMALL_REGISTER, SmallProject, make_atom_feed, small_project
from tests.support.server import ScriptedServer

FEED = "https://www.example.org/feed.atom"
REPLAY = ("--replay", "recording")
FRIDAY, MONDAY = "2026-06-05T12:00:00Z", "2026-06-08T07:00:00Z"
# What people and programs read; the other files are style sheets, pictures and addresses.
SAYING = {".html", ".atom", ".rss", ".json", ".jsonl", ".ics", ".csv", ".opml", ".db"}


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    """A project with a feed, of which a recording has two answers."""
    made = small_project(tmp_path / "project", register=SMALL_REGISTER)
    made.sources({"one": FEED})
    made.recording(
        {
            (1, FEED): make_atom_feed({"/a": "A plan"}),
            (2, FEED): make_atom_feed({"/a": "A plan", "/b": "Minutes of the open government forum"}),
        }
    )
    return made


def not_saying(files: Mapping[str, bytes]) -> list[str]:
    """The files that should say that they are a demonstration, and do not."""
    read = (path for path in files if PurePath(path).suffix in SAYING)
    return [path for path in read if DEMONSTRATION.encode() not in files[path]]


def test_everything_that_a_replay_publishes_or_sends_says_that_its_documents_are_invented(
    project: SmallProject,
) -> None:
    assert project.run("run", *REPLAY, "--at", FRIDAY).code == 0
    project.run("subscribers", "add", "a@example.org", *REPLAY, "--at", FRIDAY)
    assert project.run("digest", "send", *REPLAY, "--at", MONDAY).out.startswith("1 accepted.")
    project.run("export", "tables", "--store", "sqlite:///data/replay-recording.db")

    published, exported = project.replayed(), project.files("tables")
    assert not (project.folder / "output").exists()
    assert {PurePath(path).suffix for path in (*published, *exported)} > SAYING
    assert not_saying(published) == not_saying(exported) == []
    assert DEMONSTRATION.encode() in published["digests/2026-W23.txt"]
    (mail,) = (project.folder / "data/outbox/replay-recording").rglob("*.eml")
    message = message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert message["Subject"].startswith(DEMONSTRATION)
    assert DEMONSTRATION in message["From"]
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part
        assert DEMONSTRATION in part.get_content()


def test_a_replay_and_a_live_store_never_publish_into_one_folder(project: SmallProject) -> None:
    with ScriptedServer() as server:
        project.sources({"one": server.url("/one.atom")})
        assert project.run("run", "--at", FRIDAY).code == 3
        live = project.output()
        project.sources({"one": FEED})
        assert project.run("run", *REPLAY, "--at", FRIDAY).code == 0
        replayed = project.replayed()

        for command in (["run", *REPLAY], ["publish", "--store", "sqlite:///data/replay-recording.db"]):
            refused = project.run(*command, "--output", "output", "--at", MONDAY)
            assert (refused.code, "was not published by a replay" in refused.err) == (1, True), refused.err
        project.sources({"one": server.url("/one.atom")})
        asked = len(server.requests)
        for command in (["run"], ["publish", "--accept-loss"]):
            refused = project.run(*command, "--output", "data/demo/output", "--at", MONDAY)
            assert (refused.code, "with invented documents" in refused.err) == (1, True), refused.err
        refused = project.run("export", "data/demo/output", "--at", MONDAY)
        assert (refused.code, "with invented documents" in refused.err) == (1, True), refused.err

        assert len(server.requests) == asked
    assert project.output() == live
    assert project.replayed() == replayed
