"""Publishing through the command line: held against the store, told to hubs, and written as tables."""

from __future__ import annotations

import csv
import json
from pathlib import Path, PurePath
from urllib.parse import parse_qsl

import pytest

from tests.publish.validators import datapackage, validator
from tests.support.projects import SMALL_REGISTER, Small, atom, small_project
from tests.support.server import Response, Server

AT = "2026-06-05T12:00:00Z"


@pytest.fixture
def project(tmp_path: Path) -> Small:
    return small_project(tmp_path / "project", register=SMALL_REGISTER)


def published(project: Small, server: Server) -> None:
    """Run once over one feed."""
    server.script["/one.atom"] = Response(payload=atom({"/a": "A plan for open data", "/b": "Bus stops"}))
    project.sources({"one": server.url("/one.atom")})
    assert project.run("run", "--at", AT).code == 0


def test_output_is_held_against_the_store_and_what_differs_is_named(project: Small) -> None:
    with Server() as server:
        published(project, server)

    right = project.run("publish", "--check")
    (project.folder / "output/feed.rss").write_text("by hand")
    (project.folder / "output/calendar.ics").unlink()
    wrong = project.run("publish", "--check")
    mended = project.run("publish", "--at", AT), project.run("publish", "--check", "--at", AT)

    assert (right.code, right.out) == (0, "Every file is what the store says.\n")
    assert (wrong.code, wrong.out) == (1, "calendar.ics\nfeed.rss\n")
    assert "2 files are not what the store says; `aggregator publish` puts them right" in wrong.err
    # What was written by hand is as the list says; only a file that is missing is noticed without --check.
    assert mended[0].out.startswith("1 files changed")
    assert mended[1].out == "feed.rss\n"


def test_hubs_hear_of_every_feed_that_changed_and_of_none_when_nothing_did(project: Small) -> None:
    with Server({"/hub": Response(status=204)}) as server:
        with (project.folder / "settings.yaml").open("a") as settings:
            settings.write(f"base_url: https://updates.example.org/\nhubs: [{server.url('/hub')}]\n")
        published(project, server)
        told = [parse_qsl(seen.payload.decode()) for seen in server.seen if seen.path == "/hub"]
        project.run("run", "--at", "2026-06-05T12:30:00Z")
        again = [seen for seen in server.seen if seen.path == "/hub"]

    topics = {value for message in told for name, value in message if name == "hub.url"}
    assert {message[0] for message in told} == {("hub.mode", "publish")}
    assert "https://updates.example.org/feed.atom" in topics
    assert {PurePath(topic).suffix for topic in topics} == {".atom", ".json", ".rss"}
    assert len(again) == len(told)


def test_the_whole_record_is_written_as_tables(project: Small) -> None:
    with Server() as server:
        published(project, server)

    ended = project.run("export", "tables", "--at", AT)

    folder = project.folder / "tables"
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.endswith("are in tables\n")
    with (folder / "entries.csv").open(newline="") as file:
        assert {"A plan for open data", "Bus stops"} < {row["title"] for row in csv.DictReader(file)}
    assert len((folder / "revisions.jsonl").read_text().splitlines()) == 5
    assert datapackage((folder / "datapackage.json").read_bytes()) == []
    assert json.loads((folder / "datapackage.json").read_text())["title"] == "A small project"


def test_a_hub_that_is_no_address_is_refused_with_what_is_right(project: Small) -> None:
    project.sources({})
    (project.folder / "settings.yaml").write_text("hubs: [hub.example.org]\n")

    ended = project.run("publish")

    assert ended.code == 2
    assert "write the address of a WebSub hub, such as https://" in ended.err


def test_every_file_that_a_run_publishes_is_valid(whole: Small) -> None:
    with Server() as server:
        published(whole, server)

    said = {
        path: validate(payload) for path, payload in whole.output().items() if (validate := validator(path))
    }

    assert len(said) > 100
    assert {path: wrong for path, wrong in said.items() if wrong} == {}
