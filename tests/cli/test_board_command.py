"""`aggregator board`: any day, as public or as known, one process or all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.projects import SmallProject, make_atom_feed, small_project
from tests.support.server import ScriptedServer, conditional


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """Polled twice, on 22 November and 29 November 2026; the title of its one document changed in between."""
    made = small_project(tmp_path_factory.mktemp("board") / "project")
    first = conditional(
        make_atom_feed({"/a": "Open government, old"}, updated="2026-11-18T08:15:00Z"), etag='"1"'
    )
    with ScriptedServer({"/one.atom": first}) as server:
        made.sources({"one": server.url("/one.atom")})
        assert made.run("run", "--at", "2026-11-22T12:00:00Z").code == 0
        text = (made.folder / "sources.yaml").read_text(encoding="utf-8")
    second = conditional(
        make_atom_feed({"/a": "Open government, new"}, updated="2026-11-28T08:15:00Z"), etag='"2"'
    )
    with ScriptedServer({"/one.atom": second}) as again:
        text = text.replace(server.url("/one.atom"), again.url("/one.atom"))
        (made.folder / "sources.yaml").write_text(text, encoding="utf-8")
        assert made.run("run", "--at", "2026-11-29T12:00:00Z").code == 0
    return made


def board(project: SmallProject, *arguments: str) -> Any:
    ended = project.run("board", "--json", *arguments)
    assert (ended.code, ended.err) == (0, "")
    return json.loads(ended.out)


def test_any_day_can_be_shown_and_a_reconstructed_one_says_so(project: SmallProject) -> None:
    past = project.run("board", "--at", "2024-02-01", "--body", "uk")
    assert past.code == 0
    assert past.out.startswith(
        "The board of 1 February 2024: reconstructed, this day lies before our first poll.\n\nUnited Kingdom"
    )
    assert "being carried out, 45 days, since 18 December 2023" in past.out
    assert "P1    met (reconstructed)" in past.out
    assert "Scotland" not in past.out
    now = board(project, "--at", "2026-11-29T13:00:00Z")
    assert [one["id"] for one in now["processes"]] == [
        "uk",
        "scotland",
        "wales",
        "northern-ireland",
        "glasgow",
        "gmca",
    ]
    checks = {one["rule"]: one for one in now["processes"][0]["checks"]}
    assert (checks["P1"]["standing"], checks["P1"]["days"], checks["P1"]["by"]) == ("due", 32, "2026-12-31")
    published = json.loads(project.output()["board.json"])
    assert published == now


def test_a_process_can_be_named_by_one_of_its_bodies_and_an_unknown_one_is_refused(
    project: SmallProject,
) -> None:
    (line,) = board(project, "--body", "scot-ogsg")["processes"]
    assert line["id"] == "scotland"
    ended = project.run("board", "--body", "scotlnad")
    assert ended.code == 2
    assert "no process has this id; the ids are: uk, scotland, wales" in ended.err


def test_as_known_uses_only_what_we_knew_by_then(project: SmallProject) -> None:
    def lasts(*arguments: str) -> dict[str, Any]:
        bodies = board(project, *arguments)["bodies"]
        return {one["id"]: (one["last_on"], one["days"]) for one in bodies}

    # On that day we did not read the source yet: without the option, what was public by then is shown.
    assert lasts("--at", "2026-11-21T12:00:00Z", "--as-known") == {}
    # The feed gives no day of publication: before we saw the document nothing shows that it was public.
    assert lasts("--at", "2026-11-21T12:00:00Z")["cabinet-office"] == (None, None)
    assert lasts("--at", "2026-11-23T12:00:00Z")["cabinet-office"] == ("2026-11-18", 5)
    assert lasts("--at", "2026-11-23T12:00:00Z", "--as-known")["cabinet-office"] == ("2026-11-18", 5)
    assert lasts("--at", "2026-11-29T12:00:00Z", "--as-known")["cabinet-office"] == ("2026-11-28", 1)
    # A day is shown as it ended: with what was read on it.
    assert lasts("--at", "2026-11-22")["cabinet-office"] == ("2026-11-18", 4)
    nothing = board(project, "--at", "2026-11-20", "--as-known")
    assert all(one["plans"] == one["meetings"] == one["checks"] == [] for one in nothing["processes"])


def test_a_coverage_gap_is_shown_on_its_days_and_after_it(project: SmallProject) -> None:
    """Nobody polled between 22 November and 29 November."""

    for as_known in ((), ("--as-known",)):
        (process,) = board(project, "--at", "2026-11-26T12:00:00Z", "--body", "uk", *as_known)["processes"]
        assert len(process["watch"]["unread"]) == 1
        assert process["watch"]["unread_since"] == "2026-11-22"
        assert process["silence"]["watched_days"] is None
    (process,) = board(project, "--at", "2026-11-29T13:00:00Z", "--body", "uk")["processes"]
    now = process["watch"]
    assert now["unread"] == []
    assert [(gap["since"], gap["until"], gap["watch_began_anew"]) for gap in now["gaps"]] == [
        ("2026-11-22", "2026-11-29", False)
    ]
    printed = project.run("board", "--at", "2026-11-29T13:00:00Z", "--body", "uk").out
    assert "from 22 November 2026 to 29 November 2026" in printed
    assert "Something wrong or missing? Write to" in printed


def test_the_digest_names_nobody_after_a_week_and_the_front_page_links_to_the_board(
    project: SmallProject,
) -> None:
    """We have watched for seven days: that is no long gap of theirs."""
    digest = project.run("digest", "preview", "--at", "2026-11-29T13:00:00Z").out
    assert "Silence\n-------" not in digest
    files = project.output()
    assert b'href="board.html"' in files["index.html"]
    assert {"board.html", "board/uk.html", "plans/uk-nap7.html", "silence.atom"} <= files.keys()


def test_the_same_day_gives_the_same_board(project: SmallProject) -> None:
    before = project.output()
    project.run("publish", "--at", "2026-11-29T14:00:00Z")
    assert project.output() == before
