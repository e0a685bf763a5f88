"""publish and export: files compared with the store, hubs notified, documents written as tables."""

from __future__ import annotations

import csv
import json
from pathlib import Path, PurePath
from urllib.parse import parse_qsl

import pytest

from tests.publish.validators import datapackage_errors, validator_of
from tests.support.projects import SMALL_REGISTER, SmallProject, make_atom_feed, small_project
from tests.support.server import ScriptedResponse, ScriptedServer

AT = "2026-06-05T12:00:00Z"


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    return small_project(tmp_path / "project", register=SMALL_REGISTER)


def run_once(project: SmallProject, server: ScriptedServer) -> None:
    """Run once over one feed."""
    server.script["/one.atom"] = ScriptedResponse(
        payload=make_atom_feed({"/a": "A plan for open data", "/b": "Bus stops"})
    )
    project.sources({"one": server.url("/one.atom")})
    assert project.run("run", "--at", AT).code == 0


def test_files_that_differ_from_the_store_are_named(project: SmallProject) -> None:
    with ScriptedServer() as server:
        run_once(project, server)

    right = project.run("publish", "--check")
    (project.folder / "output/feed.rss").write_text("by hand")
    (project.folder / "output/calendar.ics").unlink()
    wrong = project.run("publish", "--check")
    mended = project.run("publish", "--at", AT), project.run("publish", "--check", "--at", AT)

    assert (right.code, right.out) == (0, "Every file matches the store.\n")
    assert (wrong.code, wrong.out) == (1, "calendar.ics\nfeed.rss\n")
    assert "2 files differ from the store; `aggregator publish` writes them again" in wrong.err
    # publish trusts the manifest for a file that exists; only --check reads its content.
    assert mended[0].out.startswith("1 files changed")
    assert mended[1].out == "feed.rss\n"


def test_hubs_are_notified_of_every_feed_that_changed_and_only_of_those(project: SmallProject) -> None:
    with ScriptedServer({"/hub": ScriptedResponse(status=204)}) as server:
        with (project.folder / "settings.yaml").open("a") as settings:
            settings.write(f"base_url: https://updates.example.org/\nwebsub_hubs: [{server.url('/hub')}]\n")
        run_once(project, server)
        notifications = [parse_qsl(seen.payload.decode()) for seen in server.requests if seen.path == "/hub"]
        project.run("run", "--at", "2026-06-05T12:30:00Z")
        again = [seen for seen in server.requests if seen.path == "/hub"]

    topics = {value for message in notifications for name, value in message if name == "hub.url"}
    assert {message[0] for message in notifications} == {("hub.mode", "publish")}
    assert "https://updates.example.org/feed.atom" in topics
    assert {PurePath(topic).suffix for topic in topics} == {".atom", ".json", ".rss"}
    assert len(again) == len(notifications)


def test_all_documents_are_written_as_tables(project: SmallProject) -> None:
    with ScriptedServer() as server:
        run_once(project, server)

    ended = project.run("export", "tables", "--at", AT)

    folder = project.folder / "tables"
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.endswith("are in tables\n")
    with (folder / "entries.csv").open(newline="") as file:
        assert {"A plan for open data", "Bus stops"} < {row["title"] for row in csv.DictReader(file)}
    assert len((folder / "revisions.jsonl").read_text().splitlines()) == 5
    assert datapackage_errors((folder / "datapackage.json").read_bytes()) == []
    assert json.loads((folder / "datapackage.json").read_text())["title"] == "A small project"


def test_a_hub_that_is_not_an_address_is_refused_with_a_remedy(project: SmallProject) -> None:
    project.sources({})
    (project.folder / "settings.yaml").write_text("websub_hubs: [hub.example.org]\n")

    ended = project.run("publish")

    assert ended.code == 2
    assert "write the address of a WebSub hub, such as https://" in ended.err


def test_every_file_that_a_run_publishes_is_valid(full_project: SmallProject) -> None:
    with ScriptedServer() as server:
        run_once(full_project, server)

    errors = {
        path: validate(payload)
        for path, payload in full_project.output().items()
        if (validate := validator_of(path))
    }

    assert len(errors) > 100
    assert {path: wrong for path, wrong in errors.items() if wrong} == {}


def test_a_store_that_lost_its_documents_leaves_the_site_until_the_operator_accepts_it(
    project: SmallProject,
) -> None:
    with ScriptedServer() as server:
        run_once(project, server)
    published = project.output()
    for file in (project.folder / "data").glob("*.db*"):
        file.unlink()

    refused = project.run("publish", "--at", AT)

    assert refused.code == 1
    assert "the published site stays as it is" in refused.err
    assert "aggregator publish --accept-loss" in refused.err
    assert project.output() == published
    assert project.run("publish", "--accept-loss", "--at", AT).code == 0
    assert project.run("publish", "--at", AT).code == 0
