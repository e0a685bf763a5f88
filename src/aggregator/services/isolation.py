"""Keeps one broken part from stopping the rest: an unexpected exception sets the part aside for a while."""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from aggregator import log
from aggregator.errors import AggregatorError
from aggregator.model.faults import Fault, FaultKind
from aggregator.store import Store
from aggregator.tasks import in_thread

PACKAGE: Final = Path(__file__).parents[1]
# Characters of an exception's message that are stored: it may quote a whole document.
LONGEST_MESSAGE: Final = 300
# How the error of a document begins that cannot be read in the store.
DAMAGED: Final = "what is stored of it is damaged"


@dataclass
class Isolation:
    """Guards the parts of one run at the instant `now`.

    A part that raises is logged with its traceback, stored as a `Fault`, and left out of later runs until its
    pause is over. A part that works again loses its fault. What this machine or the operator does wrong
    (`AggregatorError`, such as a full disk) is no fault of the part: it is raised.
    """

    store: Store
    now: datetime

    def __post_init__(self) -> None:
        self._known = {(fault.kind, fault.key) for fault in self.store.faults.all()}

    @contextmanager
    def guard(self, kind: FaultKind, key: str) -> Iterator[None]:
        """Run one part of the work in the `with`; an unexpected exception ends only that part."""
        try:
            yield
        except AggregatorError:
            raise
        except Exception as error:
            self.set_aside(kind, key, error)
        else:
            self.clear(kind, key)

    def set_aside(self, kind: FaultKind, key: str, error: BaseException) -> Fault:
        """Log and store that a part raised `error`."""
        log.set_aside(kind, key, error)
        self._known.add((kind, key))
        return self.store.faults.record(kind, key, describe(error), place_of(error), self.now)

    def clear(self, kind: FaultKind, key: str) -> None:
        """Forget the fault of a part that worked. Writes only if there is one."""
        if (kind, key) in self._known:
            self._known.discard((kind, key))
            self.store.faults.clear(kind, key)

    def waiting(self, kind: FaultKind) -> frozenset[str]:
        """Return the keys of the parts that are set aside and may not be tried yet."""
        if not any(known is kind for known, _ in self._known):
            return frozenset()
        return self.store.faults.waiting(kind, self.now)


@asynccontextmanager
async def guard_beside(store: Store, now: datetime, kind: FaultKind, key: str) -> AsyncIterator[None]:
    """Guard awaited work as `Isolation.guard` does; the store is read and written beside the event loop."""
    isolation = await in_thread(Isolation, store, now)
    try:
        yield
    except AggregatorError:
        raise
    except Exception as error:
        await in_thread(isolation.set_aside, kind, key, error)
    else:
        await in_thread(isolation.clear, kind, key)


class RemoteError(Exception):
    """An unexpected exception in another process: what was raised, where, and its traceback as text."""

    def __init__(self, error: str, place: str, trace: str) -> None:
        super().__init__(error, place, trace)
        self.error = error
        self.place = place
        self.trace = trace

    def __str__(self) -> str:
        return f"{self.error} at {self.place}\n{self.trace}"

    @classmethod
    def of(cls, error: BaseException) -> RemoteError:
        """Return what another process can be told of an exception."""
        return cls(describe(error), place_of(error), "".join(traceback.format_exception(error)))


def damaged_document(columns: Iterable[str] = ()) -> RemoteError:
    """Return the reason why a document is set aside that cannot be read in the store."""
    where = f" ({', '.join(columns)})" if columns else ""
    return RemoteError(f"{DAMAGED}{where}", "store/documents/queries.py", "")


def describe(error: BaseException) -> str:
    """Return type and message of an exception, in one short line."""
    if isinstance(error, RemoteError):
        return error.error
    message = " ".join(str(error).split())[:LONGEST_MESSAGE]
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def place_of(error: BaseException) -> str:
    """Return where our own code raised it, innermost, such as `parse/feed.py:120 in read`."""
    if isinstance(error, RemoteError):
        return error.place
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(PACKAGE)]
    if not ours:
        return "unknown"
    frame = ours[-1]
    return f"{Path(frame.filename).relative_to(PACKAGE).as_posix()}:{frame.lineno} in {frame.name}"
