"""A kind of source is one module and one line; nothing else of the program has to know its name."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import pytest

from aggregator.cli import main
from aggregator.model.kinds import KINDS, Kind
from tests.support import toy_kind
from tests.support.projects import PROJECT, SMALL_REGISTER, Small, small_project
from tests.support.server import Response, Server

LIST = Response(headers={"Content-Type": "text/plain"}, payload=b"/a A plan\n/b A letter\n")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Small:
    """A project in which the kind `toy` was added: its module, and its line."""
    monkeypatch.setitem(sys.modules, "aggregator.parse.toy", toy_kind)
    monkeypatch.setitem(cast(dict[str, Kind], KINDS), "toy", Kind(in_opml=True, advice="Offer a feed."))
    project = small_project(tmp_path / "project", register=SMALL_REGISTER)
    monkeypatch.chdir(project.folder)
    return project


def ask_with_kind(project: Small, address: str, kind: str) -> None:
    """Write a source of that kind into sources.yaml."""
    project.sources({"one": address})
    file = project.folder / "sources.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("kind: feed", f"kind: {kind}"), encoding="utf-8")


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int | str | None:
    """The command line in this process, in which the kind is known; its exit code."""
    monkeypatch.setattr(sys, "argv", ["aggregator", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


def test_a_new_kind_goes_from_the_file_of_sources_to_the_published_page(
    project: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server({"/list.txt": LIST}) as server:
        ask_with_kind(project, server.url("/list.txt"), "toy")

        assert run(monkeypatch, "run") == 0
        assert run(monkeypatch, "sources", "export", "list.opml") == 0

    assert "A letter" in project.output()["all.atom"].decode()
    assert "A plan" in project.output()["index.html"].decode()
    page = project.output()["sources.html"].decode()
    assert "kind: toy" in page
    assert "Offer a feed." in page
    assert "/list.txt" in (project.folder / "list.opml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_has_a_module_of_its_name_with_what_its_line_promises(name: str) -> None:
    module: Any = import_module(f"aggregator.parse.{name}")
    facts = KINDS[name]

    assert callable(module.request)
    assert callable(module.read)
    assert hasattr(module, "older") == facts.pages_back
    assert hasattr(module, "single") == facts.one_document


def test_no_other_module_names_a_kind() -> None:
    names = "|".join(KINDS)
    named = re.compile(rf"""\bkind\s*(?:[!=]=|(?:not )?in)\s*[({{\[]?["'](?:{names})["']""")
    package = PROJECT / "src/aggregator"
    found = [
        f"{path.relative_to(package)}: {line.strip()}"
        for path in package.rglob("*.py")
        if path.parent.name != "parse"
        for line in path.read_text(encoding="utf-8").splitlines()
        if named.search(line)
    ]
    assert found == []
