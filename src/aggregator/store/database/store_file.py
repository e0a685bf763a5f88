"""Replaces the file of a store, while no process may use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from aggregator.errors import StoreError
from aggregator.store.database.copies import close_for_moving
from aggregator.store.database.lock import file_lock
from aggregator.store.database.lost import mark_of, move_store_aside, remember

# Held while a process opens a store.
OPENING: Final = "opening"


class StoreFile:
    """The file of a store that is not open here."""

    def __init__(self, file: Path) -> None:
        self.file = file

    @contextmanager
    def closed_to_others(self, wait: timedelta) -> Iterator[None]:
        """Let no process open the store inside the `with`. Raises StoreError if one has it open."""
        with file_lock(Path(f"{self.file}.{OPENING}.lock"), wait=wait):
            if not close_for_moving(self.file):
                raise StoreError(
                    f"{self.file}: another process uses the store; nothing was changed, "
                    "stop it (`aggregator start`, cron) and run again"
                )
            yield

    def remember(self) -> bool:
        """Leave the mark that says that a store was here; return False if it is there already."""
        is_new = not mark_of(self.file).exists()
        remember(self.file)
        return is_new

    def forget(self) -> None:
        """Take the mark away again."""
        mark_of(self.file).unlink(missing_ok=True)

    def move_aside(self) -> dict[Path, Path]:
        """Move the file and its log to free names; return where each was and is now."""
        return move_store_aside(self.file)
