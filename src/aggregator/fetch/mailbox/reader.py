"""Reads the newest messages of a mailbox of any kind as the parts of one result. Has Maildir and mbox."""

from __future__ import annotations

import hashlib
import re
import stat
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from aggregator.errors import Cause
from aggregator.fetch.errors import FetchError
from aggregator.model import Fetched, FetchedPart, NotModified, Request

HINT: Final = "put the mailbox there, let this program read it, or correct the address in sources.yaml"
# The second of delivery at the start of a Maildir file's name (the Maildir convention, cr.yp.to).
DELIVERY_TIME: Final = re.compile(r"(\d{9,12})\.")
# A line that started with `From ` or `>From ` before the message was put into an mbox.
QUOTED_FROM: Final = re.compile(rb"^>(>*From )", re.MULTILINE)
CHUNK_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxLimits:
    """How much of a mailbox is read, and how long a mail server may take."""

    max_messages: int = 200
    max_message_bytes: int = 10 * 1024 * 1024
    # All messages of one poll together: 200 of the largest would not fit into memory.
    max_total_bytes: int = 64 * 1024 * 1024
    connect_seconds: float = 10.0
    read_seconds: float = 20.0
    session_seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMessage:
    """A message as the mailbox lists it."""

    # Stays the same while the message is there, also when somebody reads or flags it.
    name: str
    size: int


class Mailbox(Protocol):
    """A mailbox that is open for reading. Both methods raise `FetchError`."""

    def newest(self, most: int) -> Sequence[ListedMessage]:
        """The newest messages, at most `most`, oldest first."""
        ...

    def read(self, message: ListedMessage) -> bytes | None:
        """The message's bytes; None if it is no longer there."""
        ...


def read_newest(mailbox: Mailbox, request: Request, limits: MailboxLimits) -> Fetched | NotModified:
    """The newest messages as parts, oldest first; NotModified while the mailbox lists the same names.

    The payload has a line for each message that was left out: name, tab, reason.
    """
    listed = mailbox.newest(limits.max_messages)
    if request.validators.etag == etag_of(message.name.encode() for message in listed):
        return NotModified(url=request.url, headers={"etag": request.validators.etag})
    parts, left_out = _read(mailbox, listed, limits)
    names = {part.name for part in parts} | left_out.keys()
    return Fetched(
        url=request.url,
        final_url=request.url,
        status=200,
        # Without messages that were gone when we wanted to read them: the next poll looks for them again.
        headers={"etag": etag_of(message.name.encode() for message in listed if message.name in names)},
        payload="".join(f"{name}\t{why}\n" for name, why in left_out.items()).encode(),
        parts=tuple(reversed(parts)),
    )


def _read(
    mailbox: Mailbox, listed: Sequence[ListedMessage], limits: MailboxLimits
) -> tuple[list[FetchedPart], dict[str, str]]:
    """The messages that were read, newest first, and why others were left out, by name."""
    # The size is checked twice, because the one that a server lists may be wrong.
    parts: list[FetchedPart] = []
    left_out: dict[str, str] = {}
    budget = limits.max_total_bytes
    for message in reversed(listed):
        if why := _too_large(message.size, budget, limits):
            left_out[message.name] = why
            continue
        payload = mailbox.read(message)
        if payload is None:
            continue
        if why := _too_large(len(payload), budget, limits):
            left_out[message.name] = why
            continue
        budget -= len(payload)
        parts.append(FetchedPart(name=message.name, payload=payload))
    return parts, left_out


def _too_large(size: int, budget: int, limits: MailboxLimits) -> str | None:
    if size > limits.max_message_bytes:
        return f"larger than {_mebibytes(limits.max_message_bytes)}, the most that is read of one message"
    if size > budget:
        total = _mebibytes(limits.max_total_bytes)
        return f"no room: the newer messages take up the {total} that are read in one poll"
    return None


def _mebibytes(size: int) -> str:
    return f"{size / (1024 * 1024):g} MiB"


def etag_of(pieces: Iterable[bytes]) -> str:
    """An entity tag that changes when any of the pieces does."""
    digest = hashlib.sha256()
    for piece in pieces:
        # With the length, so that pieces cannot be divided differently and give the same tag.
        digest.update(b"%d:" % len(piece) + piece)
    return f'"{digest.hexdigest()}"'


class Maildir:
    """A Maildir folder. Each file in `cur` and `new` is a message, named by the part before `:`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files: dict[str, Path] = {}

    def newest(self, most: int) -> Sequence[ListedMessage]:
        """The newest messages by the time of delivery in the name, else by the file's own time."""
        found: dict[str, tuple[float, int]] = {}
        try:
            for folder in ("new", "cur"):
                for path in (self._path / folder).iterdir():
                    self._add_message(path, found)
        except OSError as error:
            raise _missing(self._path, error) from error
        order = sorted(found, key=lambda name: (found[name][0], name))
        return [ListedMessage(name=name, size=found[name][1]) for name in order[-most:]]

    def _add_message(self, path: Path, found: dict[str, tuple[float, int]]) -> None:
        """Add the file if it is a message: not hidden, no link to another place, no pipe that never ends."""
        base_name = path.name.partition(":")[0]
        try:
            status = path.lstat()
        except FileNotFoundError:
            return  # a mail program moved it to the other folder; this or the next poll finds it there
        if stat.S_ISREG(status.st_mode) and not base_name.startswith("."):
            delivered = DELIVERY_TIME.match(base_name)
            name = base_name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            found[name] = (float(delivered[1]) if delivered else status.st_mtime, status.st_size)
            self._files[name] = path

    def read(self, message: ListedMessage) -> bytes | None:
        """The file's bytes; None if it was moved since it was listed: the next poll finds it."""
        try:
            return self._files[message.name].read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _missing(self._files[message.name], error) from error


@dataclass(frozen=True, slots=True)
class _Span:
    """The byte range of a message in an mbox, with its `From ` line, and the checksum of these bytes."""

    start: int
    end: int
    checksum: int

    @property
    def name(self) -> str:
        return f"{self.start}-{self.checksum:08x}"


class Mbox:
    """An mbox file: messages, each after a line that starts with `From ` (RFC 4155, appendix A).

    A message that is still being written is read as far as it goes. The next poll reads it whole, under
    another name but with the same Message-ID.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._spans: dict[str, _Span] = {}

    def newest(self, most: int) -> Sequence[ListedMessage]:
        """The last messages of the file. Raises `FetchError` for a file that is not an mbox."""
        try:
            if not stat.S_ISREG(self._path.stat().st_mode):
                raise FetchError(Cause.MISSING_FILE, f"{self._path}: it is no file", HINT, reached=False)
            spans = deque(self._scan(), maxlen=most)
        except OSError as error:
            raise _missing(self._path, error) from error
        self._spans = {span.name: span for span in spans}
        return [ListedMessage(name=span.name, size=span.end - span.start) for span in spans]

    def _scan(self) -> Iterator[_Span]:
        """The ranges of all messages, in file order. Reads in chunks, because a line may have any length."""
        start, position, checksum = 0, 0, 0
        after_blank_line = at_line_start = True
        with self._path.open("rb") as file:
            for chunk in iter(lambda: file.readline(CHUNK_BYTES), b""):
                starts_message = at_line_start and after_blank_line and chunk.startswith(b"From ")
                if not starts_message and position == 0:
                    raise FetchError(
                        Cause.NOT_A_FEED,
                        f"{self._path}: it does not begin with 'From ', so it is no mbox",
                        "name an mbox file; for a folder with cur and new write maildir: in place of mbox:",
                    )
                if starts_message and position:
                    yield _Span(start, position, checksum)
                    start, checksum = position, 0
                checksum = zlib.crc32(chunk, checksum)
                position += len(chunk)
                after_blank_line = at_line_start and chunk in {b"\n", b"\r\n"}
                at_line_start = chunk.endswith(b"\n")
        if position:
            yield _Span(start, position, checksum)

    def read(self, message: ListedMessage) -> bytes | None:
        """The message without its `From ` line, and with quoted `>From ` lines restored."""
        span = self._spans[message.name]
        try:
            with self._path.open("rb") as file:
                file.seek(span.start)
                payload = file.read(span.end - span.start)
        except OSError as error:
            raise _missing(self._path, error) from error
        return QUOTED_FROM.sub(rb"\1", payload.partition(b"\n")[2])


def _missing(path: Path, error: OSError) -> FetchError:
    return FetchError(Cause.MISSING_FILE, f"{path}: {error.strerror or error}", HINT, reached=False)
