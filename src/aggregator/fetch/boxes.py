"""Reads the newest messages of a mailbox, whatever kind of box it is, as the parts of one answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from aggregator.model import Fetched, NotModified, Part, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a box is read, in messages and bytes, and how long a mail server may take, in seconds."""

    messages: int = 200
    message: int = 10 * 1024 * 1024
    whole: int = 64 * 1024 * 1024
    """All messages of one answer together: 200 of the largest would not fit into memory."""
    connect: float = 10.0
    read: float = 20.0
    session: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A message as the box lists it."""

    name: str
    """Stays the same for as long as the message does; reading or marking it elsewhere does not change it."""
    size: int


class Box(Protocol):
    """A mailbox that is open for reading. Both raise `NoAnswer`."""

    def newest(self, most: int) -> Sequence[Listed]:
        """The newest messages, at most `most`, oldest first."""
        ...

    def read(self, message: Listed) -> bytes | None:
        """The message as it came; None when it is no longer there."""
        ...


def collect(box: Box, request: Request, limits: Limits) -> Fetched | NotModified:
    """The newest messages as parts, oldest first; NotModified while the box lists the same names.

    The answer's payload names what was left out, a message a line: name, tab, why.
    """
    listed = box.newest(limits.messages)
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


def _read(box: Box, listed: Sequence[Listed], limits: Limits) -> tuple[list[Part], dict[str, str]]:
    """What was read, newest first, and why the others were not. A size that a server gives is only a word."""
    parts: list[Part] = []
    left: dict[str, str] = {}
    room = limits.whole
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
        parts.append(Part(name=message.name, payload=payload))
    return parts, left


def _too_large(size: int, room: int, limits: Limits) -> str | None:
    if size > limits.message:
        return f"larger than {_mebibytes(limits.message)}, the most that is read of one message"
    if size > room:
        return f"no room: the newer messages take up the {_mebibytes(limits.whole)} that are read in one poll"
    return None


def _mebibytes(size: int) -> str:
    return f"{size / (1024 * 1024):g} MiB"


def etag_of(pieces: Iterable[bytes]) -> str:
    """An entity tag that differs when any of the pieces does."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(b"%d:" % len(piece) + piece)
    return f'"{digest.hexdigest()}"'
