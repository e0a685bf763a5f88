"""Lets the threads of this process write in the order in which they asked."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta


class Turns:
    """A lock that is given to whoever has waited longest.

    SQLite's own lock is not: it looks again after pauses, so a thread that writes one batch after the other,
    such as relabelling, keeps it from a subscriber who unsubscribes.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._queue = deque[object]()

    @contextmanager
    def take(self, wait: timedelta) -> Iterator[None]:
        """Have the lock inside the `with`. Raises TimeoutError if others keep it for longer than `wait`."""
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
            is_mine = self._changed.wait_for(lambda: self._queue[0] is ticket, wait.total_seconds())
            if not is_mine:
                self._queue.remove(ticket)
        if not is_mine:
            raise TimeoutError
        try:
            yield
        finally:
            with self._changed:
                self._queue.popleft()
                self._changed.notify_all()
