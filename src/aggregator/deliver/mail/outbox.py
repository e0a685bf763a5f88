"""Writes mails into a folder, as files that mail programs open. Used until mail is switched on."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from aggregator.errors import DeliveryError
from aggregator.model import Message, SendOutcome, SendResult
from aggregator.tasks import in_thread

# What hinders one file in a folder that can be written.
OF_ONE_FILE: Final = frozenset({errno.EISDIR, errno.ENAMETOOLONG})


class Outbox:
    """A folder of `RUN/SUBSCRIBER.eml`. A message that is handed over twice is one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def __call__(self, messages: Sequence[Message]) -> tuple[SendResult, ...]:
        """Write each message whole or not at all. Raises DeliveryError when the folder cannot be written."""
        return await in_thread(self._send_all, messages)

    def _send_all(self, messages: Sequence[Message]) -> tuple[SendResult, ...]:
        return tuple(self._send(message) for message in messages)

    def _send(self, message: Message) -> SendResult:
        try:
            self._put(message)
        # It concerns this message, not the batch.
        except Exception as error:
            if isinstance(error, OSError) and error.errno not in OF_ONE_FILE:
                raise DeliveryError(
                    f"{self.folder}: mail cannot be written here: {error.strerror}; "
                    "free some space, or let this user write there"
                ) from error
            return SendResult(message, SendOutcome.NOT_SENT, f"not put into the outbox: {error}", error)
        return SendResult(message, SendOutcome.ACCEPTED, "put into the outbox")

    def _put(self, message: Message) -> None:
        folder = self.folder / message.run
        folder.mkdir(parents=True, exist_ok=True)
        # Renamed when complete, so that a mail program that watches the folder never opens half a mail.
        temporary = folder / f".{message.subscriber_id}.new"
        temporary.write_bytes(message.payload)
        os.replace(temporary, folder / f"{message.subscriber_id}.eml")  # noqa: PTH105  # the crash tests count os.replace


def delete_messages(folder: Path, subscriber_ids: Iterable[str]) -> None:
    """Delete all messages to these subscribers. Raises DeliveryError when that is not possible."""
    try:
        for id in subscriber_ids:
            for file in folder.glob(f"*/{id}.eml"):
                file.unlink(missing_ok=True)
    except OSError as error:
        raise DeliveryError(f"{folder}: mail cannot be deleted here: {error.strerror}") from error
