"""Runs cases and collects where they crash: unexpected exceptions, and cases that take too long."""

from __future__ import annotations

import logging
import signal
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

from tests.fuzz.doors import DOORS
from tests.fuzz.writer import Writer

# Processor time that one case may take. Most take a thousandth of it.
SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class CrashSite:
    """An exception, and the innermost line that raised it."""

    exception: str
    place: str

    def __str__(self) -> str:
        return f"{self.exception} at {self.place}"


@dataclass(slots=True)
class Found:
    """What a fuzz found."""

    # How many cases became documents, and so on.
    outcomes: Counter[str] = field(default_factory=Counter)
    # The first case of each crash site, and how many there were.
    first: dict[CrashSite, str] = field(default_factory=dict)
    crashes: Counter[CrashSite] = field(default_factory=Counter)

    def __str__(self) -> str:
        lines = [f"{count} cases: {outcome}" for outcome, count in sorted(self.outcomes.items())]
        lines.append(f"{len(self.first)} crash sites")
        lines += [f"{count:6} {site}: {self.first[site]}" for site, count in self.crashes.most_common()]
        return "\n".join(lines)


class TookTooLong(BaseException):
    """A case took longer than it may. No `except Exception` stops it."""


def names(door: str, first: int, count: int) -> Iterator[str]:
    """The names of `count` cases of a door; the name decides all that is in the case."""
    return (f"{door} {number}" for number in range(first, first + count))


def run_cases(cases: Iterable[str]) -> Found:
    """Run each case and collect what came of it."""
    found = Found()
    with _alarm():
        for name in cases:
            site = _run_case(name, found)
            if site:
                found.first.setdefault(site, name)
                found.crashes[site] += 1
    return found


def _run_case(name: str, found: Found) -> CrashSite | None:
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        found.outcomes[DOORS[name.partition(" ")[0]](Writer(name))] += 1
    except (Exception, TookTooLong) as error:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        return _site(error)
    return None


def _site(error: BaseException) -> CrashSite:
    # Depth decides where recursion ends, so it counts by the place in our own code.
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.name != "_check_text"]
    ours = [frame for frame in frames if "aggregator" in Path(frame.filename).parts]
    inner = ours[-1] if isinstance(error, RecursionError | TookTooLong) and ours else frames[-1]
    path = Path(inner.filename)
    return CrashSite(type(error).__name__, f"{'/'.join(path.parts[-2:])}:{inner.lineno} ({inner.name})")


@contextmanager
def _alarm() -> Iterator[None]:
    # The library that reads bounces logs each exception before it raises it.
    logging.getLogger("flufl.bounce").disabled = True
    before = signal.signal(signal.SIGVTALRM, _raise)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _raise(number: int, frame: FrameType | None) -> None:
    raise TookTooLong(f"more than {SECONDS} seconds")
