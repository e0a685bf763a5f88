"""Replays recorded responses without the network, as the servers would have sent them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aggregator.errors import Cause, ConfigError, ConfigIssue
from aggregator.fetch.errors import FetchError
from aggregator.fetch.http.origins import normal_form
from aggregator.fetch.http.responses import HttpResponse, complete_request
from aggregator.model import FetchResult, Request, Validators

TABLE: Final = "replay.tsv"
_COLUMNS: Final = ("poll", "url", "status", "headers", "file")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedResponse:
    """One row of a recording: the response of an address at one poll."""

    poll: int
    # In normal form (`origins.normal_form`).
    url: str
    # 0 for a recorded failure, which `cause` names.
    status: int
    # Names in lower case.
    headers: Mapping[str, str]
    file: Path | None
    cause: Cause | None = None


class _RowError(Exception):
    """An invalid row, with what is wrong in it."""


def read_recording(folder: Path) -> tuple[RecordedResponse, ...]:
    """The rows of `FOLDER/replay.tsv`. Raises ConfigError with all issues and their lines.

    The first line names the columns, in any order: poll (a number), url, status, headers (JSON) and file
    (inside the folder; empty or `-` for none). Status 0 or `-` is a failure, whose cause is in the headers:
    {"cause": "TIMEOUT"}.
    """
    path = folder / TABLE
    rows: list[RecordedResponse] = []
    issues: list[ConfigIssue] = []
    for number, cells in _cells(path):
        try:
            rows.append(_row(cells, folder, rows))
        except _RowError as wrong:
            issues.append(ConfigIssue(str(path), number, str(wrong)))
    if issues:
        raise ConfigError(tuple(issues))
    return tuple(rows)


def _cells(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The line number and the cells, by column, of each line that is not empty."""
    try:
        head, *lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, ValueError) as error:
        raise ConfigError((ConfigIssue(str(path), 0, f"cannot be read: {error}"),)) from error
    columns = head.split("\t")
    if missing := [name for name in _COLUMNS if name not in columns]:
        raise ConfigError((ConfigIssue(str(path), 1, f"columns are missing: {', '.join(missing)}"),))
    for number, line in enumerate(lines, start=2):
        if line.strip():
            yield number, dict(zip(columns, line.split("\t"), strict=False))


def _row(cells: Mapping[str, str], folder: Path, before: Iterable[RecordedResponse]) -> RecordedResponse:
    if absent := [name for name in _COLUMNS if name not in cells]:
        raise _RowError(f"there is no {', '.join(absent)}: separate the columns by tabs")
    poll, url, status = _number(cells, "poll"), _address(cells["url"]), _status(cells)
    if any((row.poll, row.url) == (poll, url) for row in before):
        raise _RowError(f"poll {poll} has another answer for this address above")
    headers = _headers(cells["headers"])
    cause = None if status else _cause(headers)
    return RecordedResponse(
        poll=poll, url=url, status=status, headers=headers, file=_file(cells["file"], folder), cause=cause
    )


def _number(cells: Mapping[str, str], name: str) -> int:
    if not (cells[name].isascii() and cells[name].isdecimal() and len(cells[name]) < 10):
        raise _RowError(f"{name} is a whole number of at most 9 digits, not {cells[name]!r}")
    return int(cells[name])


def _status(cells: Mapping[str, str]) -> int:
    status = 0 if cells["status"] == "-" else _number(cells, "status")
    if status and not 100 <= status <= 599:
        raise _RowError(f"status is a number from 100 to 599, or - for a failure, not {status}")
    return status


def _address(url: str) -> str:
    try:
        return normal_form(url)
    except ValueError as error:
        raise _RowError(f"{url!r} is not an address: {error}") from error


def _headers(cell: str) -> Mapping[str, str]:
    try:
        read = json.loads(cell or "{}")
    except ValueError as error:
        raise _RowError(f"headers are not JSON: {error}") from error
    if not isinstance(read, dict) or not all(isinstance(value, str) for value in read.values()):
        raise _RowError('headers are a JSON object of texts, like {"ETag": "\\"1\\""}')
    return {name.lower(): value for name, value in read.items()}


def _cause(headers: Mapping[str, str]) -> Cause:
    named = headers.get("cause", "")
    if named not in Cause.__members__:
        raise _RowError(f"a failure names its cause, one of {', '.join(Cause.__members__)}, not {named!r}")
    return Cause[named]


def _file(cell: str, folder: Path) -> Path | None:
    if cell in ("", "-"):
        return None
    path = (folder / cell).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise _RowError(f"{cell} lies outside the folder")
    if not path.is_file():
        raise _RowError(f"{cell} is not there")
    return path


def recorded_polls(folder: Path) -> tuple[int, ...]:
    """The numbers of the polls in a recording, smallest first. Raises ConfigError like `ReplayFetcher`."""
    return tuple(sorted({row.poll for row in read_recording(folder)}))


class ReplayFetcher:
    """Fetches from a recording as at one poll: each address gives its last response up to that poll."""

    def __init__(self, folder: Path, poll: int) -> None:
        """Raises ConfigError, with file and lines, if `FOLDER/replay.tsv` is invalid."""
        rows = sorted(read_recording(folder), key=lambda row: row.poll)
        self._rows = {row.url: row for row in rows if row.poll <= poll}

    async def __call__(self, request: Request) -> FetchResult:
        """The recorded result. An address without one fails as NOT_RECORDED; the network is never used."""

        async def fetch_once(url: str) -> HttpResponse:
            return _play(url, self._row(url), request.validators)

        return await complete_request(request, fetch_once)

    def _row(self, url: str) -> RecordedResponse:
        try:
            return self._rows[normal_form(url)]
        except (KeyError, ValueError) as error:
            hint = "add a row for it to replay.tsv, or leave --replay away to ask the network"
            raise FetchError(Cause.NOT_RECORDED, f"the recording has no answer of {url}", hint) from error


def _play(url: str, row: RecordedResponse, validators: Validators) -> HttpResponse:
    if row.cause:
        raise FetchError(row.cause, f"{url}: a failure that was recorded", "nothing to do: this is a replay")
    if row.status == 200 and _unchanged(row, validators):
        return HttpResponse(url=url, status=304, headers=row.headers)
    payload = row.file.read_bytes() if row.file else b""
    return HttpResponse(url=url, status=row.status, headers=row.headers, payload=payload)


def _unchanged(row: RecordedResponse, validators: Validators) -> bool:
    """Whether the request's validators match the recorded ones."""
    # An entity tag comes before a date (RFC 9110, 13.1.3).
    if validators.etag is not None:
        return validators.etag == row.headers.get("etag")
    return validators.last_modified is not None and validators.last_modified == row.headers.get(
        "last-modified"
    )
