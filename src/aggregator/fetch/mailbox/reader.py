"""Reads the newest messages of a mailbox, whatever kind of box it is, as the parts of one answer."""

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
# The second of delivery, with which a Maildir file's name begins (the Maildir convention, cr.yp.to).
DELIVERY_TIME: Final = re.compile(r"(\d{9,12})\.")
# A line of text that began with `From `, or with `>From `, before the message was put into an mbox.
QUOTED_FROM: Final = re.compile(rb"^>(>*From )", re.MULTILINE)
CHUNK_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxLimits:
    """How much of a box is read, in messages and bytes, and how long a mail server may take, in seconds."""

    max_messages: int = 200
    max_message_bytes: int = 10 * 1024 * 1024
    max_total_bytes: int = 64 * 1024 * 1024
    """All messages of one answer together: 200 of the largest would not fit into memory."""
    connect_seconds: float = 10.0
    read_seconds: float = 20.0
    session_seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMessage:
    """A message as the box lists it."""

    name: str
    """Stays the same for as long as the message does; reading or marking it elsewhere does not change it."""
    size: int


class Mailbox(Protocol):
    """A mailbox that is open for reading. Both raise `NoAnswer`."""

    def newest(self, most: int) -> Sequence[ListedMessage]:
        """The newest messages, at most `most`, oldest first."""
        ...

    def read(self, message: ListedMessage) -> bytes | None:
        """The message as it came; None when it is no longer there."""
        ...


def read_newest(box: Mailbox, request: Request, limits: MailboxLimits) -> Fetched | NotModified:
    """The newest messages as parts, oldest first; NotModified while the box lists the same names.

    The answer's payload names what was left out, a message a line: name, tab, why.
    """
    listed = box.newest(limits.max_messages)
    if request.validators.etag == etag_of(message.name.encode() for message in listed):
        return NotModified(url=request.url, headers={"etag": request.validators.etag})
    parts, left = _read(box, listed, limits)
    names = {part.name for part in parts} | left.keys()
    return Fetched(
        url=request.url,
        final_url=request.url,
        status=200,
        # Without what was gone when it was to be read: the next poll looks for it again.
        headers={"etag": etag_of(message.name.encode() for message in listed if message.name in names)},
        payload="".join(f"{name}\t{why}\n" for name, why in left.items()).encode(),
        parts=tuple(reversed(parts)),
    )


def _read(
    box: Mailbox, listed: Sequence[ListedMessage], limits: MailboxLimits
) -> tuple[list[FetchedPart], dict[str, str]]:
    """What was read, newest first, and why the others were not. A size that a server gives is only a word."""
    parts: list[FetchedPart] = []
    left: dict[str, str] = {}
    room = limits.max_total_bytes
    for message in reversed(listed):
        if why := _too_large(message.size, room, limits):
            left[message.name] = why
            continue
        payload = box.read(message)
        if payload is None:
            continue
        if why := _too_large(len(payload), room, limits):
            left[message.name] = why
            continue
        room -= len(payload)
        parts.append(FetchedPart(name=message.name, payload=payload))
    return parts, left


def _too_large(size: int, room: int, limits: MailboxLimits) -> str | None:
    if size > limits.max_message_bytes:
        return f"larger than {_mebibytes(limits.max_message_bytes)}, the most that is read of one message"
    if size > room:
        return f"no room: the newer messages take up the {_mebibytes(limits.max_total_bytes)} that are read in one poll"
    return None


def _mebibytes(size: int) -> str:
    return f"{size / (1024 * 1024):g} MiB"


def etag_of(pieces: Iterable[bytes]) -> str:
    """An entity tag that differs when any of the pieces does."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(b"%d:" % len(piece) + piece)
    return f'"{digest.hexdigest()}"'


class Maildir:
    """A folder with `cur` and `new`; each file in them is a message, named by what stands before `:`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files: dict[str, Path] = {}

    def newest(self, most: int) -> Sequence[ListedMessage]:
        """By the time of delivery, which the name tells, or else the file's own time."""
        found: dict[str, tuple[float, int]] = {}
        try:
            for folder in ("new", "cur"):
                for path in (self._path / folder).iterdir():
                    self._note(path, found)
        except OSError as error:
            raise _missing(self._path, error) from error
        order = sorted(found, key=lambda name: (found[name][0], name))
        return [ListedMessage(name=name, size=found[name][1]) for name in order[-most:]]

    def _note(self, path: Path, found: dict[str, tuple[float, int]]) -> None:
        """Messages only: no hidden file, no link that leads elsewhere, no pipe that would never end."""
        base = path.name.partition(":")[0]
        try:
            known = path.lstat()
        except FileNotFoundError:
            return  # a mail program moved it; it is in the other folder, or found by the next poll
        if stat.S_ISREG(known.st_mode) and not base.startswith("."):
            delivered = DELIVERY_TIME.match(base)
            name = base.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            found[name] = (float(delivered[1]) if delivered else known.st_mtime, known.st_size)
            self._files[name] = path

    def read(self, message: ListedMessage) -> bytes | None:
        """The file's bytes; one that was moved since is looked for by the next poll."""
        try:
            return self._files[message.name].read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _missing(self._files[message.name], error) from error


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a message stands in an mbox, with its `From ` line, and the checksum of its bytes."""

    start: int
    end: int
    checksum: int

    @property
    def name(self) -> str:
        return f"{self.start}-{self.checksum:08x}"


class Mbox:
    """A file of messages, each behind a line that begins with `From ` (RFC 4155, appendix A).

    A message that another program is still writing is read as far as it goes, and whole by the next poll:
    its name has changed by then, its Message-ID has not.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._spans: dict[str, _Span] = {}

    def newest(self, most: int) -> Sequence[ListedMessage]:
        """The last of the file. Raises `NoAnswer` for a file that is no mbox."""
        try:
            if not stat.S_ISREG(self._path.stat().st_mode):
                raise FetchError(Cause.MISSING_FILE, f"{self._path}: it is no file", HINT, reached=False)
            spans = deque(self._scan(), maxlen=most)
        except OSError as error:
            raise _missing(self._path, error) from error
        self._spans = {span.name: span for span in spans}
        return [ListedMessage(name=span.name, size=span.end - span.start) for span in spans]

    def _scan(self) -> Iterator[_Span]:
        """Every message in the file's order, read in pieces: a line may have any length."""
        start, position, checksum = 0, 0, 0
        blank = fresh = True
        with self._path.open("rb") as file:
            for piece in iter(lambda: file.readline(CHUNK_BYTES), b""):
                opens = fresh and blank and piece.startswith(b"From ")
                if not opens and position == 0:
                    raise FetchError(
                        Cause.NOT_A_FEED,
                        f"{self._path}: it does not begin with 'From ', so it is no mbox",
                        "name an mbox file; for a folder with cur and new write maildir: in place of mbox:",
                    )
                if opens and position:
                    yield _Span(start, position, checksum)
                    start, checksum = position, 0
                checksum = zlib.crc32(piece, checksum)
                position += len(piece)
                blank = fresh and piece in {b"\n", b"\r\n"}
                fresh = piece.endswith(b"\n")
        if position:
            yield _Span(start, position, checksum)

    def read(self, message: ListedMessage) -> bytes | None:
        """The message without its `From ` line, and without the marks that an mbox puts before such lines."""
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
