"""The commands of sources: discover, add, rename, merge, export."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import etree

from aggregator import yamldoc
from tests.support.projects import SMALL_REGISTER, SmallProject, make_atom_feed, small_project
from tests.support.server import Reply, ScriptedResponse, ScriptedServer

ATOM = {"Content-Type": "application/atom+xml"}
HTML = {"Content-Type": "text/html; charset=utf-8"}

PAGE = b"""<!DOCTYPE html><html><head><title>Example</title>
<meta name="generator" content="WordPress 6.8">
<link rel="alternate" type="application/atom+xml" title="Example: news" href="/news.atom">
<link rel="alternate" type="application/rss+xml" href="/gone.rss">
<link rel="alternate" type="application/rss+xml" href="/busy.rss">
</head><body><h1>Example</h1></body></html>"""


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    return small_project(tmp_path / "project", register=SMALL_REGISTER)


def feed(*titles: str) -> ScriptedResponse:
    return ScriptedResponse(headers=ATOM, payload=make_atom_feed({f"/{title}": title for title in titles}))


def site(**more: Reply) -> dict[str, Reply]:
    return {
        "/": ScriptedResponse(headers=HTML, payload=PAGE),
        "/news.atom": feed("a", "b"),
        "/busy.rss": ScriptedResponse(status=503),
        **more,
    }


def text(project: SmallProject) -> str:
    return (project.folder / "sources.yaml").read_text("utf-8")


def documents(project: SmallProject) -> list[dict[str, object]]:
    """The stored documents, as `documents list --json` shows them."""
    shown = json.loads(project.run("documents", "list", "--json").out)
    return sorted(shown, key=lambda row: str(row["id"]))


# ---------------------------------------------------------------- discover
def test_the_feeds_of_a_page_are_tried_and_lines_for_sources_yaml_are_printed(project: SmallProject) -> None:
    with ScriptedServer(site()) as server:
        project.sources({"old": server.url("/old.atom")})
        before = text(project)

        ended = project.run("sources", "discover", server.url())

        requested = [path for path in server.paths() if path != "/robots.txt"]
    assert (ended.code, ended.err) == (0, "")
    assert requested == ["/", "/news.atom", "/gone.rss", "/busy.rss", "/feed/"]
    shown, _, lines = ended.out.partition("Lines for sources.yaml")
    assert (
        f"feed: {server.url('/news.atom')}\n  the page names it as its feed; answered with 2 items" in shown
    )
    assert (
        f"feed: {server.url('/gone.rss')}\n  the page names it as its feed; not read: error status" in shown
    )
    block = yamldoc.load(lines.partition(":\n")[2], file="x").value
    assert [(one["address"], one["verified"]) for one in block] == [
        (server.url("/news.atom"), True),
        (server.url("/busy.rss"), False),
    ]
    assert block[0] == {
        "id": f"127-0-0-1-{server.port}",
        "body": "cabinet-office",
        "kind": "feed",
        "title": "Example",
        "address": server.url("/news.atom"),
        "licence": "unknown",
        "scope": "relevant",
        "verified": True,
    }
    assert text(project) == before


def test_the_printed_lines_can_be_put_into_the_file(full_project: SmallProject) -> None:
    with ScriptedServer(site()) as server:
        full_project.sources({"old": server.url("/old.atom")}, records=False)
        out = full_project.run("sources", "discover", server.url()).out
        lines = out.partition("Lines for sources.yaml")[2].partition(":\n")[2]
        (full_project.folder / "sources.yaml").write_text(
            text(full_project)
            + lines.replace("\n- ", "\n  - ").replace("\n  ", "\n    ").replace("    - ", "  - "),
            encoding="utf-8",
        )

        assert full_project.run("sources", "check").out == "3 sources of 52 bodies, 3 polled: no mistakes.\n"


def test_an_address_that_is_a_feed_is_found_and_fetched_once(project: SmallProject) -> None:
    with ScriptedServer(site()) as server:
        project.sources({"old": server.url("/news.atom")})

        ended = project.run("sources", "discover", server.url("/news.atom"))

        assert server.paths().count("/news.atom") == 1
    assert ended.code == 0
    assert "the address itself answers so; answered with 2 items, titled 'Example'" in ended.out
    assert "the source old polls it already" in ended.out
    assert "Lines for sources.yaml" not in ended.out


def test_no_more_than_eight_requests_are_made(project: SmallProject) -> None:
    names = [f"/feed{number}.atom" for number in range(12)]
    links = "".join(f'<link rel="alternate" type="application/atom+xml" href="{name}">' for name in names)
    page = ScriptedResponse(headers=HTML, payload=f"<html><head>{links}</head></html>".encode())
    with ScriptedServer({"/": page, **dict.fromkeys(names, feed("a"))}) as server:
        project.sources({"old": server.url("/old.atom")})

        ended = project.run("sources", "discover", server.url(), "--json")

        assert len([path for path in server.paths() if path != "/robots.txt"]) == 8
    rows = json.loads(ended.out)
    assert [row["items"] for row in rows] == [1] * 7 + [None] * 5
    assert rows[0] == {
        "kind": "feed",
        "address": server.url("/feed0.atom"),
        "why": "the page names it as its feed",
        "title": "Example",
        "items": 1,
        "cause": None,
        "source": None,
    }


def test_a_page_without_feeds_is_reported(project: SmallProject) -> None:
    with ScriptedServer(
        {"/": ScriptedResponse(headers=HTML, payload=b"<html><body>Example</body></html>")}
    ) as server:
        project.sources({"old": server.url("/old.atom")})

        ended = project.run("sources", "discover", server.url())

    assert ended.code == 0
    assert ended.out.startswith("nothing found: the page names no feed")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/missing", "error status"),
        ("/private/x", "robots.txt forbids it"),
        ("/x.pdf", "came in place of a page"),
    ],
)
def test_an_address_that_cannot_be_read_is_exit_code_3_with_the_cause(
    path: str, message: str, project: SmallProject
) -> None:
    script: dict[str, Reply] = {
        "/robots.txt": ScriptedResponse(payload=b"User-agent: *\nDisallow: /private/\n"),
        "/x.pdf": ScriptedResponse(headers={"Content-Type": "application/pdf"}, payload=b"%PDF-1.7 x"),
    }
    with ScriptedServer(script) as server:
        project.sources({"old": server.url("/old.atom")})

        ended = project.run("sources", "discover", server.url(path))

        assert "/private/x" not in server.paths()
    assert (ended.code, ended.out) == (3, "")
    assert message in ended.err


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("http://127.0.0.2:9/", "address inside our own network"),
        ("http://[broken/", "not a web address"),
        ("nowhere/", "file or folder missing"),
    ],
)
def test_an_internal_or_invalid_address_is_not_fetched(
    address: str, message: str, project: SmallProject
) -> None:
    project.sources({"old": "https://www.example.org/feed"})

    ended = project.run("sources", "discover", address)

    assert ended.code == 3
    assert message in ended.err


# ---------------------------------------------------------------- add
def test_a_source_is_added_and_can_be_polled(project: SmallProject) -> None:
    with ScriptedServer(site()) as server:
        project.sources({"old": server.url("/old.atom")})

        ended = project.run(
            *("sources", "add", server.url("/news.atom"), "--id", "news", "--body", "cabinet-office"),
            *(
                "--title",
                "News: all of it",
                "--every",
                "30 minutes",
                "--scope",
                "all",
                "--licence",
                "OGL-3.0",
            ),
        )

        assert (ended.code, ended.err) == (0, "")
        assert ended.out.startswith("news was added; `aggregator sources dry-run news` polls it")
        assert project.run("poll", "news").out == "news: 2 new, 0 revised\n"
    assert text(project).endswith(
        '\n\n  - id: news\n    body: cabinet-office\n    kind: feed\n    title: "News: all of it"\n'
        f"    address: {server.url('/news.atom')}\n    every: 30 minutes\n"
        "    licence: OGL-3.0\n    scope: all\n    verified: no\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("https://www.example.org/feed/",),
            "source old: it has the address https://www.example.org/feed already",
        ),
        (("https://new.example.org/feed", "--id", "old"), "the id 'old' is used twice"),
        (("https://new.example.net/feed",), "no body has the id 'new-example'; "),
        (
            ("https://www.gov.uk/x", "--every", "1 minute"),
            "poll no publisher more often than every 15 minutes",
        ),
        (("nonsense", "--body", "ogp"), "write a whole address"),
    ],
)
def test_a_source_that_cannot_be_read_is_refused_and_the_file_stays(
    arguments: tuple[str, ...], message: str, project: SmallProject
) -> None:
    project.sources({"old": "https://www.example.org/feed"})
    before = text(project)

    ended = project.run("sources", "add", *arguments)

    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert text(project) == before
    assert sorted(path.name for path in project.folder.iterdir() if path.name.startswith(".")) == []


# ---------------------------------------------------------------- rename, merge
def test_a_renamed_source_goes_on_as_if_nothing_had_happened(project: SmallProject) -> None:
    with ScriptedServer(site()) as server:
        project.sources({"news": server.url("/news.atom")})
        project.run("run", "--at", "2026-06-05T12:00:00Z")
        before, feeds = documents(project), project.output()

        ended = project.run("sources", "rename", "news", "latest")
        again = project.run("run", "--at", "2026-06-05T14:00:00Z")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("news is called latest now, with its 2 documents.")
    assert again.out.startswith("2 sources polled; 0 new, 0 revised.")
    renamed = [{**row, "carriers": [c.replace("news", "latest") for c in names(row)]} for row in before]
    assert documents(project) == renamed
    for name in ("feed.atom", "all.atom"):
        assert project.output()[name] == feeds[name]
    assert "- id: latest\n" in text(project)


def names(row: dict[str, object]) -> list[str]:
    carriers = row["carriers"]
    assert isinstance(carriers, list)
    return carriers


def test_a_merged_source_gives_its_documents_to_the_other(project: SmallProject) -> None:
    with ScriptedServer(site(**{"/old.atom": feed("b", "c")})) as server:
        project.sources({"news": server.url("/news.atom"), "old": server.url("/old.atom")}, records=False)
        project.run("run", "--at", "2026-06-05T12:00:00Z")
        before = documents(project)

        ended = project.run("sources", "merge", "old", "news")
        again = project.run("run", "--at", "2026-06-05T14:00:00Z")

    assert ended.out.startswith("2 documents of old belong to news now; old is switched off.")
    assert again.out.startswith("1 sources polled; 0 new, 0 revised.")
    assert [(row["id"], row["first_seen"], row["published"]) for row in documents(project)] == [
        (row["id"], row["first_seen"], row["published"]) for row in before
    ]
    assert {name for row in documents(project) for name in names(row)} == {"news"}
    assert text(project).endswith("    enabled: no  # merged into news\n")
    repeated = project.run("sources", "merge", "old", "news")
    assert (repeated.code, repeated.out.split(" documents")[0]) == (0, "0")


# ---------------------------------------------------------------- OPML
def test_the_feeds_that_are_polled_are_written_as_a_list(project: SmallProject, tmp_path: Path) -> None:
    project.sources({"one": "https://a.example.org/feed", "two": "https://b.example.org/feed?x=1&y=2"})

    exported = project.run("sources", "export", str(tmp_path / "feeds.opml"))
    nowhere = project.run("sources", "export", str(tmp_path / "missing" / "feeds.opml"))

    assert (
        exported.out == f"2 feeds written to {tmp_path / 'feeds.opml'}; other kinds of source are left out.\n"
    )
    listed = etree.parse(tmp_path / "feeds.opml").iter("outline")
    assert [outline.get("xmlUrl") for outline in listed if outline.get("xmlUrl")] == [
        "https://a.example.org/feed",
        "https://b.example.org/feed?x=1&y=2",
    ]
    assert nowhere.code == 2
    assert "cannot be written" in nowhere.err


@pytest.mark.parametrize("command", ["pause", "resume", "import"])
def test_there_is_no_command_to_pause_or_resume_a_source_or_to_import_a_list(
    command: str, project: SmallProject
) -> None:
    ended = project.run("sources", command, "news")

    assert (ended.code, ended.out) == (2, "")
    assert f"No such command '{command}'" in ended.err
