"""Puts letters into a folder, as files that mail programs open: what holds until mail is switched on."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from aggregator.errors import DeliveryError
from aggregator.model import Handed, Message, Receipt


class Outbox:
    """A folder of `RUN/READER.eml`. A letter that is handed over twice is one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def __call__(self, messages: Sequence[Message]) -> tuple[Receipt, ...]:
        """Write each letter whole or not at all. Raises DeliveryError when the folder does not take it."""
        try:
            for message in messages:
                self._put(message)
        except OSError as error:
            raise DeliveryError(f"{self.folder}: letters cannot be written here: {error.strerror}") from error
        return tuple(Receipt(message, Handed.ACCEPTED, "put into the outbox") for message in messages)

    def _put(self, message: Message) -> None:
        folder = self.folder / message.run
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f".{message.reader}.new"
        unfinished.write_bytes(message.payload)
        os.replace(unfinished, folder / f"{message.reader}.eml")  # noqa: PTH105  # the crash tests count os.replace


def delete_messages(folder: Path, readers: Iterable[str]) -> None:
    """Take away every letter to these readers. Raises DeliveryError when the folder does not let us."""
    try:
        for id in readers:
            for letter in folder.glob(f"*/{id}.eml"):
                letter.unlink(missing_ok=True)
    except OSError as error:
        raise DeliveryError(f"{folder}: letters cannot be taken away here: {error.strerror}") from error
