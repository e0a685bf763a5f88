"""run, poll, status and other commands on a small project, with a real server; output/ is read back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path, PurePath

import feedparser
import pytest
from typer.testing import CliRunner

from aggregator.cli import app
from aggregator.cli.options import RENAMED_COMMANDS, RENAMED_OPTIONS
from aggregator.errors import ConfigError
from aggregator.model import DEMONSTRATION
from tests.support.projects import PROJECT, SMALL_REGISTER, SmallProject, make_atom_feed, small_project
from tests.support.server import Reply, ScriptedResponse, ScriptedServer, conditional

FEED = {"Content-Type": "application/atom+xml"}
RECORDS = 3


def titles(project: SmallProject, feed: str = "all.atom") -> list[str]:
    """The titles of a published feed, as feedparser reads them."""
    parsed = feedparser.parse(project.output()[feed])
    assert not parsed.bozo
    return [entry.title for entry in parsed.entries]


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    return small_project(tmp_path / "project", register=SMALL_REGISTER)


def test_one_command_publishes_a_feed_a_page_and_a_digest(project: SmallProject) -> None:
    with ScriptedServer({"/one.atom": conditional(make_atom_feed({"/a": "A plan"}), etag='"1"')}) as server:
        project.sources({"one": server.url("/one.atom")})

        ended = project.run("run")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out == ("2 sources polled; 4 new, 0 revised. Open output/index.html\n")
    assert "A plan" in titles(project, "feed.atom")
    assert len(titles(project)) == 1 + RECORDS
    page = project.output()["index.html"].decode()
    assert "A plan" in page
    assert 'type="application/atom+xml"' in page
    assert [name for name in project.output() if name.startswith("digests/")]


def test_a_command_makes_the_search_index_and_a_later_run_leaves_it(project: SmallProject) -> None:
    project.sources({})
    before = project.run("search", "index")
    project.run("run", "--at", "2026-06-05T12:00:00Z")

    made = project.run("search", "index")
    index = {path: payload for path, payload in project.output().items() if path.startswith("pagefind/")}
    project.run("run", "--at", "2026-06-05T13:00:00Z")

    assert before.code == 1
    assert "has no pages: run `aggregator publish` first" in before.err
    assert (made.code, made.out) == (0, f"{RECORDS} pages can be searched.\n")
    assert index.items() <= project.output().items()


def test_a_second_run_sends_validators_and_touches_no_unchanged_file(project: SmallProject) -> None:
    answer = conditional(make_atom_feed({"/a": "A plan"}), etag='W/"one"')
    with ScriptedServer({"/one.atom": answer}) as server:
        project.sources({"one": server.url("/one.atom")})
        project.run("run", "--at", "2026-06-05T12:00:00Z")
        before = project.output()
        written = {p: p.stat().st_mtime_ns for p in (project.folder / "output").rglob("*") if p.is_file()}

        ended = project.run("run", "--at", "2026-06-05T13:00:00Z")

        validators = [
            seen.headers.get("if-none-match") for seen in server.requests if seen.path == "/one.atom"
        ]
    assert validators == [None, 'W/"one"']
    assert ended.out.startswith("2 sources polled; 0 new, 0 revised.")
    assert project.output() == before
    assert {p: p.stat().st_mtime_ns for p in written} == written


def test_robots_txt_is_fetched_once_a_day_and_obeyed(project: SmallProject) -> None:
    robots = ScriptedResponse(payload=b"User-agent: *\nDisallow: /private/\n")
    with ScriptedServer({"/robots.txt": robots, "/one.atom": atom_response({"/a": "A plan"})}) as server:
        project.sources({"one": server.url("/one.atom"), "two": server.url("/private/two.atom")})
        first = project.run("run", "--at", "2026-06-05T12:00:00Z")
        project.run("run", "--at", "2026-06-05T20:00:00Z")
        project.run("run", "--at", "2026-06-06T13:00:00Z")

        assert server.paths().count("/robots.txt") == 2
        assert "/private/two.atom" not in server.paths()
    assert first.code == 3
    assert "two: robots.txt forbids it: " in first.err


def atom_response(items: dict[str, str]) -> ScriptedResponse:
    return ScriptedResponse(headers=FEED, payload=make_atom_feed(items))


BAD: dict[str, tuple[Reply, str]] = {
    "/html": (
        ScriptedResponse(headers={"Content-Type": "text/html"}, payload=b"<!doctype html><p>Sign in"),
        "not a feed",
    ),
    "/broken": (ScriptedResponse(headers=FEED, payload=b"<feed><entry><title>cut"), "broken feed"),
    "/empty": (ScriptedResponse(headers=FEED), "empty answer"),
    "/error": (ScriptedResponse(status=500), "error status"),
    "/gone": (ScriptedResponse(status=410), "gone"),
    "/busy": (ScriptedResponse(status=429, headers={"Retry-After": "7200"}), "asked to slow down"),
    "/short": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\nContent-Type: application/xml\r\n\r\n<feed>",
        "answer cut short",
    ),
}


@pytest.mark.parametrize("path", BAD)
def test_a_bad_answer_is_named_the_other_sources_go_on_and_nothing_stored_is_lost(
    project: SmallProject, path: str
) -> None:
    answer, cause = BAD[path]
    with ScriptedServer({path: atom_response({"/b": "A letter"})}) as bad, ScriptedServer() as good:
        good.script["/one.atom"] = atom_response({"/a": "A plan"})
        # Two host names: a Retry-After of one host must not delay the other.
        project.sources({"bad": bad.url(path), "one": good.url("/one.atom", host="localhost")})
        project.run("run", "--at", "2026-06-05T12:00:00Z")
        bad.script[path] = answer
        good.script["/one.atom"] = atom_response({"/a": "A plan", "/c": "News"})

        ended = project.run("run", "--at", "2026-06-05T13:00:00Z")

    assert ended.code == 3
    assert ended.err.startswith(f"bad: {cause}")
    assert {"A plan", "A letter", "News"} <= set(titles(project))
    (row,) = [row for row in status(project) if row["id"] == "bad"]
    assert (row["state"], row["failing_since"]) == (f"failing: {cause}", "2026-06-05T13:00:00Z")
    assert row["hint"]
    assert cause in project.output()["index.html"].decode()


def status(project: SmallProject) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(project.run("status", "--json").out)["sources"]
    return rows


def test_an_item_without_link_or_title_is_rejected_and_counted(project: SmallProject) -> None:
    feed = make_atom_feed({"/a": "A plan", "/b": ""}).replace(
        b"</feed>", b"<entry><id>x</id><title>No link</title></entry></feed>"
    )
    with ScriptedServer({"/one.atom": ScriptedResponse(headers=FEED, payload=feed)}) as server:
        project.sources({"one": server.url("/one.atom")}, records=False)
        ended = project.run("poll")

    assert ended.out == "one: 1 new, 0 revised, 2 rejected\n"
    (row,) = status(project)
    assert row["rejected"] == 2
    assert "rejected" in project.run("status").out


def test_the_first_poll_is_backlog_and_later_documents_are_new(project: SmallProject) -> None:
    with ScriptedServer({"/one.atom": atom_response({"/a": "An old plan"})}) as server:
        project.sources({"one": server.url("/one.atom")})
        project.run("run", "--at", "2026-06-04T12:00:00Z")
        server.script["/one.atom"] = atom_response(
            {"/a": "An old plan, revised", "/b": "Minutes of the forum"}
        )
        project.run("run", "--at", "2026-06-05T12:00:00Z")
        draft = json.loads(project.run("digest", "preview", "--at", "2026-06-05T12:00:00Z", "--json").out)
        project.run("run", "--at", "2026-06-08T06:59:59Z")
        still_open = project.output()["digests/2026-W23.txt"].decode()
        server.script["/one.atom"] = atom_response({"/c": "Much later"})
        project.run("run", "--at", "2026-06-08T07:00:00Z")
        issued = json.loads(project.run("digest", "preview", "--week", "2026-W23", "--json").out)

    titles_by_section = {
        section["title"]: [item["title"] for item in section["items"]] for section in draft["sections"]
    }
    assert titles_by_section == {
        "Meetings and decisions": ["Minutes of the forum"],
        "Changed and removed": ["An old plan, revised"],
    }
    assert draft["issued"] is None
    assert "Draft" in still_open
    assert issued["issued"] == "2026-06-08T07:00:00Z"
    assert issued["sections"] == draft["sections"]
    assert "Draft" not in project.output()["digests/2026-W23.txt"].decode()


def test_a_document_in_two_feeds_is_stored_once_and_credits_both(project: SmallProject) -> None:
    with ScriptedServer(
        {
            "/one.atom": atom_response({"/a": "A plan"}),
            "/two.atom": atom_response({"/a": "A plan", "/b": "B"}),
        }
    ) as server:
        project.sources({"one": server.url("/one.atom"), "two": server.url("/two.atom")}, records=False)
        project.run("run")

    rows = json.loads(project.run("documents", "list", "--json").out)
    assert {row["title"]: row["carriers"] for row in rows} == {"A plan": ["one", "two"], "B": ["two"]}


def test_a_dry_run_shows_the_result_of_each_stage_and_writes_nothing(project: SmallProject) -> None:
    with ScriptedServer({"/one.atom": atom_response({"/a": "Minutes of the forum"})}) as server:
        project.sources({"one": server.url("/one.atom")})

        shown = json.loads(project.run("sources", "dry-run", "one", "--json").out)
        as_table = project.run("sources", "dry-run", "one")

    assert [(row["title"], row["type"], row["change"]) for row in shown["entries"]] == [
        ("Minutes of the forum", "meeting-record", "new")
    ]
    assert "normalise: 1 entries, 0 rejected" in as_table.out
    assert json.loads(project.run("documents", "list", "--json").out) == []
    assert not (project.folder / "output").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("poll", "nobody"), "source nobody: no source that is polled has this id"),
        (("sources", "dry-run", "nobody"), "source nobody: no source that is polled has this id"),
        (("digest", "preview", "--week", "2024-4"), "digest 2024-4: "),
        (("run", "--at", "soon"), "'soon' is not an instant; write 2026-06-05T12:00:00Z"),
        (("run", "--store", "mysql"), "option --store: 'store' is 'mysql': write sqlite:///"),
        (("--settings", "none.yaml", "run"), "none.yaml: this file is missing"),
        (("nonsense",), "No such command 'nonsense'"),
    ],
)
def test_wrong_use_ends_with_2_and_says_what_to_write(
    project: SmallProject, arguments: tuple[str, ...], message: str
) -> None:
    project.sources({})

    ended = project.run(*arguments)

    assert ended.code == 2
    assert message in " ".join(ended.err.replace("│", " ").split())


def test_a_wrong_file_is_refused_before_anything_runs(project: SmallProject) -> None:
    with ScriptedServer() as server:
        project.sources({"one": server.url("/one.atom"), "two": "nonsense"})
        ended = project.run("run")

        assert server.requests == []
    assert ended.code == 2
    assert ended.err.startswith("sources.yaml:")
    assert not (project.folder / "data").exists()


def test_a_file_that_is_not_a_store_ends_with_1_and_stays_as_it_is(project: SmallProject) -> None:
    project.sources({})
    (project.folder / "data").mkdir()
    (project.folder / "data/aggregator.db").write_text("my shopping list, which is longer than a header" * 9)

    ended = project.run("run")

    assert ended.code == 1
    assert "data/aggregator.db" in ended.err
    assert (project.folder / "data/aggregator.db").read_text().startswith("my shopping list")


def test_the_demo_shows_every_body_and_leaves_every_byte_as_it_was(tmp_path: Path) -> None:
    for name in ("demo", "register", "records"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    shutil.copy(PROJECT / "settings.yaml", tmp_path)
    project = SmallProject(tmp_path)
    demo = ("run", "--replay", "demo", "--at", "2026-06-05T12:00:00Z")

    first = project.run(*demo)
    published = project.replayed()
    again = project.run(*demo)
    shutil.rmtree(tmp_path / "data")
    project.run(*demo)

    assert first.code == again.code == 3
    assert project.replayed() == published
    assert not (tmp_path / "output").exists()
    assert "board.json" in published
    for path, payload in published.items():
        said = DEMONSTRATION.encode() in payload
        assert said or PurePath(path).suffix not in {".html", ".atom", ".rss", ".json", ".ics"}, path
    page = published["index.html"].decode()
    for body in (
        "Cabinet Office",
        "Government Digital Service",
        "Department for Science, Innovation and Technology",
        "Foreign, Commonwealth and Development Office",
        "Scottish Government",
        "Welsh Government",
        "Northern Ireland Executive",
        "Department of Finance",
        "Glasgow City Council",
        "Greater Manchester Combined Authority",
        "Open Government Partnership",
        "Independent Reporting Mechanism",
        "UK Open Government Network",
    ):
        assert body in page, body


def test_the_shared_recording_is_read_completely(tmp_path: Path) -> None:
    shared = PROJECT.parent / "shared/samples"
    if not shared.is_dir():
        pytest.skip("../shared/samples is not on this machine; the project's own demo stands in for it")
    for name in ("register", "records"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    project = SmallProject(tmp_path)

    ended = project.run("run", "--replay", str(shared), "--at", "2026-10-01T12:00:00Z")
    rows = json.loads(project.run("status", "--replay", str(shared), "--json").out)["sources"]

    states = {row["id"]: row["state"] for row in rows}
    feeds = [row["id"] for row in rows if row["kind"] == "feed"]
    assert len(feeds) == 9
    assert states.pop("govuk-papers") == "failing: feed has ended"
    assert all(states[feed] == "read" for feed in feeds if feed in states)
    assert ended.code == 3
    documents = json.loads(
        project.run("documents", "list", "--replay", str(shared), "--limit", "500", "--json").out
    )
    legislation = [row for row in documents if "legislation" in row["carriers"]]
    assert len(legislation) == 40
    assert all(row["revised"] == [] for row in legislation)


MESSAGE = b"""\
Authentication-Results: mx.example.org; dkim=pass header.d=network.example.org
List-Id: The network <members.network.example.org>
Message-ID: <1@network.example.org>
From: A Private Person <person@network.example.org>
Subject: [members] Read-out from the Multi-Stakeholder Forum of 24 January 2024
Date: Mon, 12 Feb 2024 10:00:00 +0000
Content-Type: text/plain; charset=utf-8

Hi all,

The aim of this forum was to review the plan.

Best wishes,

Private
"""

MAILBOX = """\
sources:
  - id: list
    body: uk-ogn
    kind: mailbox
    title: The network's list
    address: maildir:box
    licence: own
    scope: all
    verified: yes
    mail:
      list_id: members.network.example.org
      servers: [mx.example.org]
"""


def test_a_read_out_from_a_mailing_list_is_published_without_names(full_project: SmallProject) -> None:
    for folder in ("cur", "new", "tmp"):
        (full_project.folder / "box" / folder).mkdir(parents=True)
    (full_project.folder / "box/new/1").write_bytes(MESSAGE)
    forged = MESSAGE.replace(b"mx.example.org;", b"mx.evil.example;").replace(b"<1@", b"<2@")
    (full_project.folder / "box/new/2").write_bytes(forged)
    (full_project.folder / "sources.yaml").write_text(MAILBOX, encoding="utf-8")

    ended = full_project.run("run")

    (entry,) = json.loads(full_project.run("documents", "list", "--json").out)
    (page,) = [name for name in full_project.output() if name.startswith("records/")]
    published = b"".join(full_project.output().values())
    assert ended.code == 0
    assert entry["title"] == "Read-out from the Multi-Stakeholder Forum of 24 January 2024"
    assert "review the plan" in full_project.output()[page].decode()
    assert b"Private" not in published
    assert b"person@" not in published
    assert b"maildir:" not in published
    assert "quarantined: no Authentication-Results of a server named" in full_project.run("status").out
    assert sorted(p.name for p in (full_project.folder / "box/new").iterdir()) == ["1", "2"]


def test_a_run_without_sources_to_poll_is_counted(project: SmallProject) -> None:
    project.sources({"one": "https://one.example.org/feed.atom"}, records=False)
    file = project.folder / "sources.yaml"
    file.write_text(file.read_text() + "    enabled: no\n")
    assert project.run("run", "--at", "2026-06-05T12:00:00Z").code == 0

    (run,) = json.loads(project.run("status", "--json").out)["runs"]
    assert (run["at"], run["polled"]) == ("2026-06-05T12:00:00Z", 0)


@pytest.mark.parametrize(("old", "new"), sorted(RENAMED_COMMANDS.items()))
def test_an_old_command_is_refused_with_its_new_name(old: str, new: str) -> None:
    result = CliRunner().invoke(app, [*old.split(), "something"])

    assert isinstance(result.exception, ConfigError)
    assert str(result.exception) == f"command {old}: it is `aggregator {new}` now"
    assert CliRunner().invoke(app, [*new.split(), "--help"]).exit_code == 0


@pytest.mark.parametrize(("old", "new"), sorted(RENAMED_OPTIONS.items()))
def test_an_old_option_is_refused_with_its_new_name(old: tuple[str, str], new: str) -> None:
    command, option = old
    result = CliRunner().invoke(app, [*command.split(), "something", f"{option}=x"])

    assert isinstance(result.exception, ConfigError)
    assert f"option {option}: it is {new} now" in str(result.exception)
    assert new in CliRunner().invoke(app, [*command.split(), "--help"], terminal_width=200).output


def test_an_old_command_ends_with_2(project: SmallProject) -> None:
    ended = project.run("entries", "--json")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "command entries: it is `aggregator documents list` now\n"
