"""A folder of the project is fetched like a server's list, with its Markdown files as parts."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from aggregator.errors import Cause
from aggregator.fetch.local.folder import FolderFetcher
from aggregator.model import Failed, Fetched, FetchedPart, FetchResult, NotModified, Request, Validators


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    (project / "records").mkdir(parents=True)
    (project / "records" / "b.md").write_bytes(b"second")
    (project / "records" / "a.md").write_bytes(b"first")
    return project


def fetch_result(project: Path, url: str = "file:records/", etag: str | None = None) -> FetchResult:
    request = Request(url=url, validators=Validators(etag=etag))
    return asyncio.run(FolderFetcher(project)(request))


def etag(project: Path) -> str | None:
    result = fetch_result(project)
    assert isinstance(result, Fetched)
    return result.validators.etag


def test_every_markdown_file_is_a_part_by_name(project: Path) -> None:
    result = fetch_result(project)
    assert isinstance(result, Fetched)
    assert result.parts == (
        FetchedPart(name="a.md", payload=b"first"),
        FetchedPart(name="b.md", payload=b"second"),
    )
    assert (result.url, result.final_url, result.status) == ("file:records/", "file:records/", 200)
    assert result.payload == b""


def test_files_that_are_no_records_are_left_out(project: Path, tmp_path: Path) -> None:
    records = project / "records"
    (tmp_path / "outside.md").write_bytes(b"secret")
    (records / "README.md").write_bytes(b"how to")
    (records / ".hidden.md").write_bytes(b"half written")
    (records / "notes.txt").write_bytes(b"notes")
    (records / "folder.md").mkdir()
    (records / "leads-out.md").symlink_to(tmp_path / "outside.md")
    (records / "leads-nowhere.md").symlink_to(tmp_path / "missing.md")
    (records / "leads-home.md").symlink_to(records / "a.md")
    result = fetch_result(project)
    assert isinstance(result, Fetched)
    assert [part.name for part in result.parts] == ["a.md", "b.md", "leads-home.md"]


def test_an_unchanged_folder_is_not_modified(project: Path) -> None:
    known = etag(project)
    result = fetch_result(project, etag=known)
    assert isinstance(result, NotModified)
    assert result.headers == {"etag": known}


def test_a_changed_byte_or_name_is_a_change(project: Path) -> None:
    records = project / "records"
    known = [etag(project)]
    (records / "a.md").write_bytes(b"First")
    known.append(etag(project))
    (records / "a.md").rename(records / "c.md")
    known.append(etag(project))
    (records / "b.md").unlink()
    known.append(etag(project))
    assert len(set(known)) == 4
    assert isinstance(fetch_result(project, etag=known[0]), Fetched)


def test_bytes_that_move_from_one_file_to_the_next_are_a_change(project: Path) -> None:
    known = etag(project)
    (project / "records" / "a.md").write_bytes(b"first4:b.md6:")
    assert etag(project) != known


def test_an_empty_folder_is_fetched(project: Path) -> None:
    (project / "empty").mkdir()
    result = fetch_result(project, "file:empty/")
    assert isinstance(result, Fetched)
    assert result.parts == ()


def test_a_missing_folder_is_a_failure_that_names_it(project: Path) -> None:
    result = fetch_result(project, "file:recrods/")
    assert isinstance(result, Failed)
    assert result.cause is Cause.MISSING_FILE
    assert result.detail == "recrods/: No such file or directory"
    assert result.url == "file:recrods/"


@pytest.mark.parametrize("name", ["../", "/etc/", "records/../../", "way-out/"])
def test_a_folder_outside_the_project_is_not_read(project: Path, tmp_path: Path, name: str) -> None:
    (project / "way-out").symlink_to(tmp_path)
    result = fetch_result(project, f"file:{name}")
    assert isinstance(result, Failed)
    assert (result.cause, result.detail) == (Cause.MISSING_FILE, f"{name}: it lies outside the project")


def test_a_file_is_not_a_folder(project: Path) -> None:
    result = fetch_result(project, "file:records/a.md")
    assert isinstance(result, Failed)
    assert result.cause is Cause.MISSING_FILE
