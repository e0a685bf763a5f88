"""Plays recorded answers instead of asking the network, and answers as the servers would have."""

from __future__ import annotations

from pathlib import Path

from aggregator.errors import Cause
from aggregator.fetch.addresses import same_form
from aggregator.fetch.failures import NoAnswer
from aggregator.fetch.recording import Row, read
from aggregator.fetch.redirects import settle
from aggregator.fetch.verdict import Answer
from aggregator.model import FetchResult, Request, Validators


def polls(folder: Path) -> tuple[int, ...]:
    """The numbers of the polls in a recording, smallest first. Raises ConfigError like `Replay`."""
    return tuple(sorted({row.poll for row in read(folder)}))


class Replay:
    """Answers from a recording, as it stood at one poll: for each address its last answer up to then."""

    def __init__(self, folder: Path, poll: int) -> None:
        """Raises ConfigError, with file and lines, when `FOLDER/replay.tsv` holds mistakes."""
        rows = sorted(read(folder), key=lambda row: row.poll)
        self._rows = {row.url: row for row in rows if row.poll <= poll}

    async def __call__(self, request: Request) -> FetchResult:
        """The recorded answer; an address that has none is NOT_RECORDED and never asked for elsewhere."""

        async def visit(url: str) -> Answer:
            return _play(url, self._row(url), request.validators)

        return await settle(request, visit)

    def _row(self, url: str) -> Row:
        try:
            return self._rows[same_form(url)]
        except (KeyError, ValueError) as error:
            hint = "add a row for it to replay.tsv, or leave --replay away to ask the network"
            raise NoAnswer(Cause.NOT_RECORDED, f"the recording has no answer of {url}", hint) from error


def _play(url: str, row: Row, validators: Validators) -> Answer:
    if row.cause:
        raise NoAnswer(row.cause, f"{url}: a failure that was recorded", "nothing to do: this is a replay")
    if row.status == 200 and _unchanged(row, validators):
        return Answer(url=url, status=304, headers=row.headers)
    payload = row.file.read_bytes() if row.file else b""
    return Answer(url=url, status=row.status, headers=row.headers, payload=payload)


def _unchanged(row: Row, validators: Validators) -> bool:
    """An entity tag goes before a date (RFC 9110, 13.1.3)."""
    if validators.etag is not None:
        return validators.etag == row.headers.get("etag")
    return validators.last_modified is not None and validators.last_modified == row.headers.get(
        "last-modified"
    )
