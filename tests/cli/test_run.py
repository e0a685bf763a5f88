"""The main job through its public door: the command line, a real server, output/ read back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import feedparser
import pytest

from tests.support.projects import PROJECT, SMALL_REGISTER, Small, atom, small_project
from tests.support.server import Reply, Response, Server, conditional

FEED = {"Content-Type": "application/atom+xml"}
RECORDS = 3


def titles(project: Small, feed: str = "all.atom") -> list[str]:
    """The titles of a published feed, as another reader reads them."""
    read = feedparser.parse(project.output()[feed])
    assert not read.bozo
    return [entry.title for entry in read.entries]


@pytest.fixture
def project(tmp_path: Path) -> Small:
    return small_project(tmp_path / "project", register=SMALL_REGISTER)


def test_one_command_publishes_a_feed_a_page_and_a_letter(project: Small) -> None:
    with Server({"/one.atom": conditional(atom({"/a": "A plan"}), etag='"1"')}) as server:
        project.sources({"one": server.url("/one.atom")})

        ended = project.run("run")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out == ("2 sources asked; 4 new, 0 revised. Open output/index.html\n")
    assert "A plan" in titles(project, "feed.atom")
    assert len(titles(project)) == 1 + RECORDS
    page = project.output()["index.html"].decode()
    assert "A plan" in page
    assert 'type="application/atom+xml"' in page
    assert [name for name in project.output() if name.startswith("digests/")]


def test_the_search_index_is_made_by_a_command_of_its_own_and_a_later_run_leaves_it(project: Small) -> None:
    project.sources({})
    before = project.run("search-index")
    project.run("run", "--at", "2026-06-05T12:00:00Z")

    made = project.run("search-index")
    index = {path: payload for path, payload in project.output().items() if path.startswith("pagefind/")}
    project.run("run", "--at", "2026-06-05T13:00:00Z")

    assert before.code == 1
    assert "holds no pages: `aggregator publish` first" in before.err
    assert (made.code, made.out) == (0, f"{RECORDS} pages can be searched.\n")
    assert index.items() <= project.output().items()


def test_a_second_run_sends_validators_and_changes_nothing_that_did_not_change(project: Small) -> None:
    answer = conditional(atom({"/a": "A plan"}), etag='W/"one"')
    with Server({"/one.atom": answer}) as server:
        project.sources({"one": server.url("/one.atom")})
        project.run("run", "--at", "2026-06-05T12:00:00Z")
        before = project.output()
        written = {p: p.stat().st_mtime_ns for p in (project.folder / "output").rglob("*") if p.is_file()}

        ended = project.run("run", "--at", "2026-06-05T13:00:00Z")

        asked = [seen.headers.get("if-none-match") for seen in server.seen if seen.path == "/one.atom"]
    assert asked == [None, 'W/"one"']
    assert ended.out.startswith("2 sources asked; 0 new, 0 revised.")
    assert project.output() == before
    assert {p: p.stat().st_mtime_ns for p in written} == written


def test_robots_txt_is_asked_once_a_day_and_obeyed(project: Small) -> None:
    robots = Response(payload=b"User-agent: *\nDisallow: /private/\n")
    with Server({"/robots.txt": robots, "/one.atom": atom_response({"/a": "A plan"})}) as server:
        project.sources({"one": server.url("/one.atom"), "two": server.url("/private/two.atom")})
        first = project.run("run", "--at", "2026-06-05T12:00:00Z")
        project.run("run", "--at", "2026-06-05T20:00:00Z")
        project.run("run", "--at", "2026-06-06T13:00:00Z")

        assert server.paths().count("/robots.txt") == 2
        assert "/private/two.atom" not in server.paths()
    assert first.code == 3
    assert "two: robots.txt forbids it: " in first.err


def atom_response(items: dict[str, str]) -> Response:
    return Response(headers=FEED, payload=atom(items))


BAD: dict[str, tuple[Reply, str]] = {
    "/html": (
        Response(headers={"Content-Type": "text/html"}, payload=b"<!doctype html><p>Sign in"),
        "not a feed",
    ),
    "/broken": (Response(headers=FEED, payload=b"<feed><entry><title>cut"), "broken feed"),
    "/empty": (Response(headers=FEED), "empty answer"),
    "/error": (Response(status=500), "error status"),
    "/gone": (Response(status=410), "gone"),
    "/busy": (Response(status=429, headers={"Retry-After": "7200"}), "asked to slow down"),
    "/short": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\nContent-Type: application/xml\r\n\r\n<feed>",
        "answer cut short",
    ),
}


@pytest.mark.parametrize("path", BAD)
def test_a_bad_answer_is_named_and_the_others_go_on_and_nothing_stored_is_lost(
    project: Small, path: str
) -> None:
    answer, cause = BAD[path]
    with Server({path: atom_response({"/b": "A letter"})}) as bad, Server() as good:
        good.script["/one.atom"] = atom_response({"/a": "A plan"})
        # Two names of this machine: what one host asks of us must not hold up the other.
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


def status(project: Small) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(project.run("status", "--json").out)["sources"]
    return rows


def test_an_item_without_link_or_title_is_rejected_and_counted(project: Small) -> None:
    feed = atom({"/a": "A plan", "/b": ""}).replace(
        b"</feed>", b"<entry><id>x</id><title>No link</title></entry></feed>"
    )
    with Server({"/one.atom": Response(headers=FEED, payload=feed)}) as server:
        project.sources({"one": server.url("/one.atom")}, records=False)
        ended = project.run("poll")

    assert ended.out == "one: 1 new, 0 revised, 2 rejected\n"
    (row,) = status(project)
    assert row["rejected"] == 2
    assert "rejected" in project.run("status").out


def test_the_first_poll_is_backlog_and_what_comes_later_is_news(project: Small) -> None:
    with Server({"/one.atom": atom_response({"/a": "An old plan"})}) as server:
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
        frozen = json.loads(project.run("digest", "preview", "--week", "2026-W23", "--json").out)

    said = {section["title"]: [item["title"] for item in section["items"]] for section in draft["sections"]}
    assert said == {
        "Meetings and decisions": ["Minutes of the forum"],
        "Changed and removed": ["An old plan, revised"],
    }
    assert draft["issued"] is None
    assert "Draft" in still_open
    assert frozen["issued"] == "2026-06-08T07:00:00Z"
    assert frozen["sections"] == draft["sections"]
    assert "Draft" not in project.output()["digests/2026-W23.txt"].decode()


def test_a_document_in_two_feeds_is_one_entry_that_credits_both(project: Small) -> None:
    with Server(
        {
            "/one.atom": atom_response({"/a": "A plan"}),
            "/two.atom": atom_response({"/a": "A plan", "/b": "B"}),
        }
    ) as server:
        project.sources({"one": server.url("/one.atom"), "two": server.url("/two.atom")}, records=False)
        project.run("run")

    rows = json.loads(project.run("entries", "--json").out)
    assert {row["title"]: row["carriers"] for row in rows} == {"A plan": ["one", "two"], "B": ["two"]}


def test_try_shows_what_each_room_makes_and_writes_nothing(project: Small) -> None:
    with Server({"/one.atom": atom_response({"/a": "Minutes of the forum"})}) as server:
        project.sources({"one": server.url("/one.atom")})

        shown = json.loads(project.run("try", "one", "--json").out)
        as_table = project.run("try", "one")

    assert [(row["title"], row["type"], row["change"]) for row in shown["entries"]] == [
        ("Minutes of the forum", "meeting-record", "new")
    ]
    assert "normalise: 1 entries, 0 rejected" in as_table.out
    assert json.loads(project.run("entries", "--json").out) == []
    assert not (project.folder / "output").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("poll", "nobody"), "source nobody: no source that is read has this id"),
        (("try", "nobody"), "source nobody: no source that is read has this id"),
        (("digest", "preview", "--week", "2024-4"), "letter 2024-4: "),
        (("run", "--at", "soon"), "'soon' is no instant; write 2026-06-05T12:00:00Z"),
        (("run", "--store", "mysql"), "option --store: 'store' is 'mysql': write sqlite:///"),
        (("--settings", "none.yaml", "run"), "none.yaml: this file is missing"),
        (("nonsense",), "No such command 'nonsense'"),
    ],
)
def test_wrong_use_ends_with_2_and_says_what_is_right(
    project: Small, arguments: tuple[str, ...], said: str
) -> None:
    project.sources({})

    ended = project.run(*arguments)

    assert ended.code == 2
    assert said in " ".join(ended.err.replace("│", " ").split())


def test_a_wrong_file_is_refused_before_anything_runs(project: Small) -> None:
    with Server() as server:
        project.sources({"one": server.url("/one.atom"), "two": "nonsense"})
        ended = project.run("run")

        assert server.seen == []
    assert ended.code == 2
    assert ended.err.startswith("sources.yaml:")
    assert not (project.folder / "data").exists()


def test_a_file_that_is_no_store_ends_with_1_and_stays_as_it_is(project: Small) -> None:
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
    project = Small(tmp_path)
    demo = ("run", "--replay", "demo", "--at", "2026-06-05T12:00:00Z")

    first = project.run(*demo)
    published = project.output()
    again = project.run(*demo)
    shutil.rmtree(tmp_path / "data")
    project.run(*demo)

    assert first.code == again.code == 3
    assert project.output() == published
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


def test_the_shared_recording_is_read_whole(tmp_path: Path) -> None:
    shared = PROJECT.parent / "shared/samples"
    if not shared.is_dir():
        pytest.skip("../shared/samples is not on this machine; the project's own demo stands in for it")
    for name in ("register", "records"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    project = Small(tmp_path)

    ended = project.run("run", "--replay", str(shared), "--at", "2026-10-01T12:00:00Z")
    rows = json.loads(project.run("status", "--replay", str(shared), "--json").out)["sources"]

    states = {row["id"]: row["state"] for row in rows}
    feeds = [row["id"] for row in rows if row["kind"] == "feed"]
    assert len(feeds) == 9
    assert states.pop("govuk-papers") == "failing: feed has ended"
    assert all(states[feed] == "read" for feed in feeds if feed in states)
    assert ended.code == 3
    held = json.loads(project.run("entries", "--replay", str(shared), "--limit", "500", "--json").out)
    legislation = [row for row in held if "legislation" in row["carriers"]]
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
    seen: answered
    mail:
      list_id: members.network.example.org
      servers: [mx.example.org]
"""


def test_a_read_out_that_was_sent_round_is_published_without_names(whole: Small) -> None:
    for folder in ("cur", "new", "tmp"):
        (whole.folder / "box" / folder).mkdir(parents=True)
    (whole.folder / "box/new/1").write_bytes(MESSAGE)
    forged = MESSAGE.replace(b"mx.example.org;", b"mx.evil.example;").replace(b"<1@", b"<2@")
    (whole.folder / "box/new/2").write_bytes(forged)
    (whole.folder / "sources.yaml").write_text(MAILBOX, encoding="utf-8")

    ended = whole.run("run")

    (entry,) = json.loads(whole.run("entries", "--json").out)
    (page,) = [name for name in whole.output() if name.startswith("records/")]
    published = b"".join(whole.output().values())
    assert ended.code == 0
    assert entry["title"] == "Read-out from the Multi-Stakeholder Forum of 24 January 2024"
    assert "review the plan" in whole.output()[page].decode()
    assert b"Private" not in published
    assert b"person@" not in published
    assert b"maildir:" not in published
    assert "held: no Authentication-Results of a server named" in whole.run("status").out
    assert sorted(p.name for p in (whole.folder / "box/new").iterdir()) == ["1", "2"]


def test_a_run_that_has_no_source_to_poll_is_counted_all_the_same(project: Small) -> None:
    project.sources({"one": "https://one.example.org/feed.atom"}, records=False)
    file = project.folder / "sources.yaml"
    file.write_text(file.read_text() + "    enabled: no\n")
    assert project.run("run", "--at", "2026-06-05T12:00:00Z").code == 0

    (run,) = json.loads(project.run("status", "--json").out)["runs"]
    assert (run["at"], run["asked"]) == ("2026-06-05T12:00:00Z", 0)
