"""The output folder: only changed files are written, only ours are removed, and errors say what to do."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from aggregator.errors import PublishError
from aggregator.model import Artifact
from aggregator.publish import WriteResult, write_output


def artifact(path: str, text: str = "text") -> Artifact:
    return Artifact(path=path, media_type="text/plain", payload=text.encode())


def tree(folder: Path) -> dict[str, str]:
    """Every file below the folder with its text, hidden ones too."""
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_the_folder_is_made_with_the_artifacts_and_their_manifest(tmp_path: Path) -> None:
    result = write_output(
        tmp_path / "a/output", [artifact("records/r.html", "r"), artifact("index.html", "i")]
    )

    assert result == WriteResult(changed=("index.html", "records/r.html"), unchanged=0, removed=())
    assert tree(tmp_path / "a/output") == {
        "index.html": "i",
        "records/r.html": "r",
        ".published": "index.html\nrecords/r.html\n",
    }


def test_a_file_whose_bytes_are_right_is_not_touched(tmp_path: Path) -> None:
    write_output(tmp_path, [artifact("same"), artifact("other", "1")])
    for path in tmp_path.iterdir():
        os.utime(path, (1, 1))

    result = write_output(tmp_path, [artifact("same"), artifact("other", "2")])

    assert result == WriteResult(changed=("other",), unchanged=1, removed=())
    assert {path.name for path in tmp_path.iterdir() if path.stat().st_mtime == 1} == {"same", ".published"}


def test_a_file_no_longer_published_is_removed_with_its_empty_folder(tmp_path: Path) -> None:
    write_output(tmp_path, [artifact("a/b/gone"), artifact("c/gone"), artifact("c/kept"), artifact("d")])

    result = write_output(tmp_path, [artifact("c/kept")])

    assert result == WriteResult(changed=(), unchanged=1, removed=("a/b/gone", "c/gone", "d"))
    assert sorted(path.name for path in tmp_path.rglob("*")) == [".published", "c", "kept"]


def test_files_of_others_stay(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "README.md").write_text("theirs")
    (tmp_path / "records/notes").write_text("theirs")
    (tmp_path / ".theirs.part").write_text("theirs")

    write_output(tmp_path, [artifact("records/r.html")])
    write_output(tmp_path, [])

    assert tree(tmp_path) == {
        "README.md": "theirs",
        "records/notes": "theirs",
        ".theirs.part": "theirs",
        ".published": "",
    }


def test_a_file_of_others_at_our_path_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("theirs")

    with pytest.raises(PublishError, match=r"index\.html was not published by this program: move it away"):
        write_output(tmp_path, [artifact("all.atom"), artifact("index.html", "ours")])

    assert tree(tmp_path) == {"index.html": "theirs"}


def test_a_file_with_exactly_our_bytes_counts_as_ours(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("ours")

    assert write_output(tmp_path, [artifact("index.html", "ours")]).unchanged == 1
    assert write_output(tmp_path, []).removed == ("index.html",)


def test_half_written_files_of_a_killed_run_are_deleted(tmp_path: Path) -> None:
    write_output(tmp_path, [artifact("records/r.html"), artifact("old")])
    for part in ("records/.r.html.part", ".old.part", "..published.part", ".new.part"):
        (tmp_path / part).write_text("hal")

    write_output(tmp_path, [artifact("records/r.html"), artifact("new")])

    assert tree(tmp_path) == {"records/r.html": "text", "new": "text", ".published": "new\nrecords/r.html\n"}


@pytest.mark.parametrize(
    "path", ["../a", "/a", "a/../../b", "a//b", "", ".hidden", "a/.part", "a\\b", "a\nb", "a\x00"]
)
def test_a_path_that_leads_outside_or_is_hidden_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(PublishError, match="is not a path inside"):
        write_output(tmp_path / "output", [artifact(path)])

    assert tree(tmp_path) == {}


def test_a_tampered_manifest_never_removes_a_file_outside(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("theirs")
    write_output(tmp_path / "output", [])
    (tmp_path / "output/.published").write_text("../theirs\n")

    with pytest.raises(PublishError, match=r"\.published names it, delete that line"):
        write_output(tmp_path / "output", [])

    assert (tmp_path / "theirs").exists()


def test_a_manifest_that_is_not_text_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / ".published").write_bytes(b"\xff")

    with pytest.raises(PublishError, match=r"\.published is damaged: move it away, then publish again"):
        write_output(tmp_path, [])


@pytest.mark.parametrize("link", ["index.html", "records", ".published"])
def test_nothing_is_written_through_a_symbolic_link(tmp_path: Path, link: str) -> None:
    output, elsewhere = tmp_path / "output", tmp_path / "elsewhere"
    output.mkdir()
    elsewhere.mkdir()
    (output / link).symlink_to(elsewhere)

    with pytest.raises(
        PublishError, match=rf"{link} is a symbolic link; nothing is read or written through it"
    ):
        write_output(output, [artifact("index.html"), artifact("records/r.html")])

    assert list(elsewhere.iterdir()) == []


def test_the_output_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "output").symlink_to(tmp_path / "real")

    write_output(tmp_path / "output", [artifact("index.html")])

    assert (tmp_path / "real/index.html").read_text() == "text"


def test_a_folder_where_a_file_belongs_is_named_with_what_to_do(tmp_path: Path) -> None:
    write_output(tmp_path, [artifact("index.html", "old")])
    (tmp_path / "index.html").unlink()
    (tmp_path / "index.html").mkdir()

    with pytest.raises(
        PublishError, match=r"index\.html cannot be written: Is a directory; there is a folder"
    ):
        write_output(tmp_path, [artifact("index.html", "new")])


def test_a_file_where_a_folder_belongs_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "records").write_text("theirs")

    with pytest.raises(PublishError, match="there is a file where a folder belongs: move it away"):
        write_output(tmp_path, [artifact("records/r.html")])

    assert (tmp_path / "records").read_text() == "theirs"


@pytest.mark.parametrize(
    ("refusal", "remedy"),
    [
        (errno.ENOSPC, "No space left on device; make room on the disk, then publish again"),
        (errno.EACCES, "Permission denied; let the user who runs this program write there"),
        (errno.EROFS, "Read-only file system; the disk is read-only: choose another output folder"),
        (errno.EIO, "Input/output error; look at that path, then publish again"),
    ],
)
def test_an_error_of_the_system_is_shown_with_path_and_remedy_and_the_old_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: int, remedy: str
) -> None:
    write_output(tmp_path, [artifact("index.html", "old")])

    def refuse(*_: Any) -> None:
        raise OSError(refusal, os.strerror(refusal))

    with monkeypatch.context() as machine:
        machine.setattr(os, "fsync", refuse)
        with pytest.raises(PublishError, match=rf"index\.html cannot be written: {remedy}"):
            write_output(tmp_path, [artifact("index.html", "new")])

    assert (tmp_path / "index.html").read_text() == "old"
    write_output(tmp_path, [artifact("index.html", "new")])
    assert tree(tmp_path) == {"index.html": "new", ".published": "index.html\n"}


def test_each_file_is_synced_before_its_rename_and_each_folder_after_all_renames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_output(tmp_path, [artifact("index.html", "old"), artifact("a/b.html", "old")])
    synced: list[str] = []

    def record(handle: int) -> None:
        synced.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")

    monkeypatch.setattr(os, "fsync", record)
    write_output(tmp_path, [artifact("index.html", "new"), artifact("a/b.html", "new"), artifact("c.html")])

    assert synced == [
        *("file", "folder"),  # the manifest that names all three
        *("file", "file", "file"),
        *("folder", "folder"),
    ]


def test_published_files_are_readable_by_others(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_output(tmp_path, [artifact("index.html")])
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "index.html").stat().st_mode) == 0o644
