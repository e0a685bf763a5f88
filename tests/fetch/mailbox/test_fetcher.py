"""Mailboxes on this machine are read without changing them."""

from __future__ import annotations

import asyncio
import mailbox
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aggregator.errors import Cause
from aggregator.fetch.mailbox.fetcher import MailboxFetcher
from aggregator.fetch.mailbox.reader import MailboxLimits
from aggregator.model import Failed, Fetched, FetchedPart, FetchResult, NotModified, Request, Validators

ONE = b"Subject: one\n\nFirst.\n"
TWO = b"Subject: two\n\nSecond.\n"


def fetch_result(home: Path, url: str, etag: str | None = None, **options: Any) -> FetchResult:
    fetch = MailboxFetcher(home, {"maildir:box": None, "mbox:box": None}, **options)
    return asyncio.run(fetch(Request(url=url, validators=Validators(etag=etag))))


def fetched(home: Path, url: str, **options: Any) -> Fetched:
    result = fetch_result(home, url, **options)
    assert isinstance(result, Fetched), result
    return result


def failed(home: Path, url: str) -> Failed:
    result = fetch_result(home, url)
    assert isinstance(result, Failed), result
    return result


def snapshot(folder: Path) -> Mapping[str, tuple[int, bytes]]:
    """All files in a folder: names, times of change and bytes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """A Maildir as mail programs make it, with a read message and a newer unread one."""
    for name in ("cur", "new", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    (tmp_path / "box/cur/1706177700.M1P2.host:2,S").write_bytes(ONE)
    (tmp_path / "box/new/1706177800.M1P3.host").write_bytes(TWO)
    return tmp_path


def test_a_maildirs_messages_are_parts_oldest_first_named_without_their_flags(maildir: Path) -> None:
    result = fetched(maildir, "maildir:box")
    assert result.parts == (
        FetchedPart(name="1706177700.M1P2.host", payload=ONE),
        FetchedPart(name="1706177800.M1P3.host", payload=TWO),
    )
    assert (result.url, result.final_url, result.status, result.payload) == (
        "maildir:box",
        "maildir:box",
        200,
        b"",
    )


def test_a_mailbox_of_the_standard_library_is_read_like_any_other(tmp_path: Path) -> None:
    mailbox.Maildir(tmp_path / "box").add(ONE)
    assert [part.payload for part in fetched(tmp_path, "maildir:box").parts] == [ONE]
    (tmp_path / "other").mkdir()
    made = mailbox.mbox(tmp_path / "other/box")
    made.add(b"Subject: from\n\nFrom here on.\n")
    made.add(TWO)
    made.close()
    parts = fetched(tmp_path / "other", "mbox:box").parts
    assert [part.payload for part in parts] == [b"Subject: from\n\nFrom here on.\n\n", TWO + b"\n"]


@pytest.mark.parametrize("url", ["maildir:box", "mbox:box"])
def test_reading_changes_nothing(maildir: Path, tmp_path_factory: pytest.TempPathFactory, url: str) -> None:
    home = maildir
    if url == "mbox:box":
        home = tmp_path_factory.mktemp("mbox")
        (home / "box").write_bytes(b"From a Mon Jan  1 00:00:00 2024\n" + ONE)
        (home / "box").chmod(0o400)
    before = snapshot(home)
    fetched(home, url)
    assert snapshot(home) == before


def test_an_unchanged_maildir_is_not_modified_also_when_a_message_was_marked_as_read(maildir: Path) -> None:
    etag = fetched(maildir, "maildir:box").validators.etag
    (maildir / "box/new/1706177800.M1P3.host").rename(maildir / "box/cur/1706177800.M1P3.host:2,RS")
    assert fetch_result(maildir, "maildir:box", etag) == NotModified(
        url="maildir:box", headers={"etag": etag or ""}
    )
    (maildir / "box/new/1706177900.M1P4.host").write_bytes(ONE)
    assert isinstance(fetch_result(maildir, "maildir:box", etag), Fetched)


def test_files_of_a_maildir_that_are_no_messages_are_ignored(maildir: Path, tmp_path: Path) -> None:
    new = maildir / "box/new"
    (tmp_path / "secret").write_bytes(b"Subject: secret\n")
    (new / ".hidden").write_bytes(ONE)
    (new / "folder").mkdir()
    (new / "1706177801.link").symlink_to(tmp_path / "secret")
    os.mkfifo(new / "1706177802.pipe")
    (maildir / "box/tmp/1706177803.half").write_bytes(b"Subj")
    assert [part.payload for part in fetched(maildir, "maildir:box").parts] == [ONE, TWO]


def test_a_file_without_a_time_in_its_name_has_the_age_of_the_file(maildir: Path) -> None:
    (maildir / "box/cur/letter.eml").write_bytes(b"Subject: between\n\n")
    os.utime(maildir / "box/cur/letter.eml", (1706177750, 1706177750))
    names = [part.name for part in fetched(maildir, "maildir:box").parts]
    assert names == ["1706177700.M1P2.host", "letter.eml", "1706177800.M1P3.host"]


def test_a_name_that_is_not_utf_8_is_shown_with_replacement_characters(maildir: Path) -> None:
    Path(os.fsdecode(os.fsencode(maildir / "box/new") + b"/1706177999.\xff")).write_bytes(ONE)
    assert fetched(maildir, "maildir:box").parts[-1].name == "1706177999.\ufffd"


def test_only_the_newest_messages_are_read(maildir: Path) -> None:
    result = fetched(maildir, "maildir:box", limits=MailboxLimits(max_messages=1))
    assert [part.payload for part in result.parts] == [TWO]
    assert result.payload == b""


def test_a_message_that_is_too_large_is_left_out_with_the_reason(maildir: Path) -> None:
    (maildir / "box/new/1706177900.big").write_bytes(b"x" * (1024**2 + 1))
    (maildir / "box/new/1706177901.fits").write_bytes(b"x" * 1024**2)
    (maildir / "box/new/1706177902.fits").write_bytes(b"x" * (1024**2 // 2 - len(TWO)))
    result = fetched(
        maildir,
        "maildir:box",
        limits=MailboxLimits(max_message_bytes=1024**2, max_total_bytes=1024**2 * 3 // 2),
    )
    assert [part.name for part in result.parts] == [
        "1706177800.M1P3.host",
        "1706177901.fits",
        "1706177902.fits",
    ]
    assert result.payload.decode().splitlines() == [
        "1706177900.big\tlarger than 1 MiB, the most that is read of one message",
        "1706177700.M1P2.host\tno room: the newer messages take up the 1.5 MiB that are read in one poll",
    ]


def test_the_limits_are_two_hundred_messages_ten_mebibytes_each_and_sixty_four_in_all() -> None:
    assert (
        MailboxLimits().max_messages,
        MailboxLimits().max_message_bytes,
        MailboxLimits().max_total_bytes,
    ) == (200, 10 * 1024**2, 64 * 1024**2)


def test_an_mbox_is_split_only_at_from_lines_after_empty_ones(tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(
        b"From a@b Jan  1 00:00:00 2024\r\nSubject: one\r\n\r\nText\r\nFrom here no message begins.\r\n\r\n"
        b"From a@b Jan  1 00:00:00 2024\nSubject: two\n\n>From quoted, >>From not\n>>From twice\n > From\n"
    )
    assert [part.payload for part in fetched(tmp_path, "mbox:box").parts] == [
        b"Subject: one\r\n\r\nText\r\nFrom here no message begins.\r\n\r\n",
        b"Subject: two\n\nFrom quoted, >>From not\n>From twice\n > From\n",
    ]


def test_a_line_of_any_length_neither_hides_nor_creates_a_message(tmp_path: Path) -> None:
    long = b"x" * 65_530 + b"\n\n" + b"y" * 65_536 + b"From z\n"
    (tmp_path / "box").write_bytes(b"From a\n" + long + b"\nFrom b\nSubject: two\n")
    assert [len(part.payload) for part in fetched(tmp_path, "mbox:box").parts] == [len(long) + 1, 13]


def test_an_mbox_names_its_messages_by_position_and_bytes(tmp_path: Path) -> None:
    mailbox_file = tmp_path / "box"
    mailbox_file.write_bytes(b"From a\n" + ONE + b"\nFrom b\n" + TWO)
    names = [part.name for part in fetched(tmp_path, "mbox:box").parts]
    assert [name.partition("-")[0] for name in names] == ["0", "29"]
    etag = fetched(tmp_path, "mbox:box").validators.etag
    assert isinstance(fetch_result(tmp_path, "mbox:box", etag), NotModified)
    mailbox_file.write_bytes(b"From a\n" + ONE + b"\nFrom b\n" + TWO.replace(b"Second", b"Tenth."))
    assert isinstance(fetch_result(tmp_path, "mbox:box", etag), Fetched)


def test_only_the_last_messages_of_an_mbox_are_read(tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(b"From a\n" + ONE + b"\nFrom b\n" + TWO)
    assert [p.payload for p in fetched(tmp_path, "mbox:box", limits=MailboxLimits(max_messages=1)).parts] == [
        TWO
    ]


def test_an_empty_mbox_is_fetched_and_another_file_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(b"")
    assert fetched(tmp_path, "mbox:box").parts == ()
    (tmp_path / "box").write_bytes(ONE)
    found = failed(tmp_path, "mbox:box")
    assert found.cause is Cause.NOT_A_FEED
    assert found.detail == f"{tmp_path}/box: it does not begin with 'From ', so it is no mbox"


def test_a_missing_mailbox_is_a_failure_that_names_it(tmp_path: Path) -> None:
    for url, missing in (("maildir:box", "box"), ("mbox:box", "box")):
        found = failed(tmp_path, url)
        assert (found.cause, found.url) == (Cause.MISSING_FILE, url)
        assert found.detail == f"{tmp_path}/{missing}: No such file or directory"
    (tmp_path / "box").mkdir()
    assert failed(tmp_path, "maildir:box").cause is Cause.MISSING_FILE
    assert failed(tmp_path, "mbox:box").detail == f"{tmp_path}/box: it is no file"


def test_an_absolute_path_is_used_as_it_is(maildir: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    url = f"maildir:{maildir}/box"
    fetch = MailboxFetcher(tmp_path_factory.mktemp("home"), {url: None})
    result = asyncio.run(fetch(Request(url=url)))
    assert isinstance(result, Fetched)
    assert len(result.parts) == 2


def test_a_mailbox_that_no_source_names_is_never_opened(maildir: Path) -> None:
    """Because a link in a publisher's page may be `maildir:/home/…`."""
    found = failed(maildir, f"maildir:{maildir}/box")
    assert (found.cause, found.detail) == (Cause.BAD_ADDRESS, "no source has this maildir mailbox")


def test_a_message_that_moved_before_it_was_read_is_found_by_the_next_poll(
    maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlucky = maildir / "box/new/1706177800.M1P3.host"
    read_bytes = Path.read_bytes

    def moved_in_between(path: Path) -> bytes:
        if path == unlucky and unlucky.exists():
            unlucky.rename(maildir / "box/cur/1706177800.M1P3.host:2,S")
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", moved_in_between)
    first = fetched(maildir, "maildir:box")
    assert [part.payload for part in first.parts] == [ONE]
    second = fetch_result(maildir, "maildir:box", first.validators.etag)
    assert isinstance(second, Fetched)
    assert [part.payload for part in second.parts] == [ONE, TWO]


def test_the_accept_header_changes_nothing(maildir: Path) -> None:
    request = Request(url="maildir:box", accept="message/rfc822")
    fetch = MailboxFetcher(maildir, {"maildir:box": None})
    assert asyncio.run(fetch(request)) == asyncio.run(fetch(replace(request, accept="*/*")))
