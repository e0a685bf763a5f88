"""A kind of source is one module and one line; no other module needs its name."""

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
from tests.support.parsing import in_process_parser
from tests.support.projects import PROJECT, SMALL_REGISTER, SmallProject, small_project
from tests.support.server import ScriptedResponse, ScriptedServer

LIST = ScriptedResponse(headers={"Content-Type": "text/plain"}, payload=b"/a A plan\n/b A letter\n")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallProject:
    """A project with the additional kind `toy`: its module and its line."""
    monkeypatch.setitem(sys.modules, "aggregator.parse.toy", toy_kind)
    monkeypatch.setitem(cast(dict[str, Kind], KINDS), "toy", Kind(in_opml=True, advice="Offer a feed."))
    monkeypatch.setattr("aggregator.due_work.shared_parser", in_process_parser)
    project = small_project(tmp_path / "project", register=SMALL_REGISTER)
    monkeypatch.chdir(project.folder)
    return project


def write_source(project: SmallProject, address: str, kind: str) -> None:
    """Write sources.yaml with a source of that kind."""
    project.sources({"one": address})
    file = project.folder / "sources.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("kind: feed", f"kind: {kind}"), encoding="utf-8")


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int | str | None:
    """Run the command line in this process, which has the kind; returns the exit code."""
    monkeypatch.setattr(sys, "argv", ["aggregator", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


def test_a_new_kind_works_from_sources_yaml_to_the_published_page(
    project: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer({"/list.txt": LIST}) as server:
        write_source(project, server.url("/list.txt"), "toy")

        assert run(monkeypatch, "run") == 0
        assert run(monkeypatch, "sources", "export", "list.opml") == 0

    assert "A letter" in project.output()["all.atom"].decode()
    assert "A plan" in project.output()["index.html"].decode()
    page = project.output()["sources.html"].decode()
    assert "kind: toy" in page
    assert "Offer a feed." in page
    assert "/list.txt" in (project.folder / "list.opml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_has_a_module_of_its_name_with_the_functions_that_its_line_promises(name: str) -> None:
    module: Any = import_module(f"aggregator.parse.{name}")
    kind = KINDS[name]

    assert callable(module.request)
    assert callable(module.read)
    assert hasattr(module, "request_older") == kind.has_older_pages
    assert hasattr(module, "single_document_link") == kind.may_be_one_document


def test_no_other_module_names_a_kind() -> None:
    names = "|".join(KINDS)
    names_a_kind = re.compile(rf"""\bkind\s*(?:[!=]=|(?:not )?in)\s*[({{\[]?["'](?:{names})["']""")
    package = PROJECT / "src/aggregator"
    found = [
        f"{path.relative_to(package)}: {line.strip()}"
        for path in package.rglob("*.py")
        if path.parent.name != "parse"
        for line in path.read_text(encoding="utf-8").splitlines()
        if names_a_kind.search(line)
    ]
    assert found == []
