"""Readers as a table: the CSV that `subscribers export` writes and `subscribers import` reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TypeVar

from aggregator.deliver.mail.email_addresses import checked
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import LETTER_FREQUENCIES, Choices, Subscriber, SubscriberStatus, Titles

COLUMNS: Final = (
    "address",
    "standing",
    "since",
    "bodies",
    "topics",
    "types",
    "when_empty",
    "rhythm",
    "titles",
    "is_list",
    "leave",
    "only_alerts",
)

Known = Mapping[str, Collection[str]]
"""The ids that may stand under `bodies`, `topics` and `types`."""

Row = Mapping[str, str]


def read_roster(
    text: str, file: str, now: datetime, known: Known, make_id: Callable[[], str]
) -> tuple[Subscriber, ...]:
    """The readers of a table, or of a list with an address a line; who says no `since` reads since `now`.

    Commas or semicolons divide the cells. Raises ConfigError with every line that holds a mistake.
    """
    mistakes, found = list[ConfigIssue](), list[Subscriber]()
    try:
        for line, cells, columns in _lines(text):
            try:
                found.append(_reader(_row(cells, columns), now, known, make_id))
            except ValueError as error:
                mistakes.append(ConfigIssue(file, line, str(error)))
    except (csv.Error, ValueError) as error:
        mistakes.append(ConfigIssue(file, 1, f"this is no table: {error}"))
    if mistakes:
        raise ConfigError(tuple(mistakes))
    return tuple(found)


def write_roster(readers: Collection[Subscriber]) -> str:
    """Every reader with address and choices."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(reader) for reader in readers)
    return out.getvalue()


def _lines(text: str) -> Iterator[tuple[int, list[str], tuple[str, ...]]]:
    """Each line that says something, with its number and the columns; the first line may name these."""
    told = text.removeprefix("\ufeff")
    first = told.partition("\n")[0]
    reader = csv.reader(io.StringIO(told), delimiter=";" if ";" in first else ",", strict=True)
    columns: tuple[str, ...] = COLUMNS[:1]
    for number, row in enumerate(reader):
        cells = [cell.strip() for cell in row]
        if number == 0 and "address" in (names := tuple(cell.lower() for cell in cells)):
            columns = _known_columns(names)
        elif any(cells):
            yield reader.line_num, cells, columns


def _known_columns(names: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in names if name not in COLUMNS]
    if unknown or len(set(names)) < len(names):
        what = f"{unknown[0]!r} is no column" if unknown else "a column is named twice"
        raise ValueError(f"{what}; there are {', '.join(COLUMNS)}")
    return names


def _row(cells: list[str], columns: tuple[str, ...]) -> Row:
    if any(cells[len(columns) :]):
        raise ValueError(f"has more cells than columns ({', '.join(columns)}); a first line may name more")
    return dict(zip(columns, cells, strict=False))


def _reader(row: Row, now: datetime, known: Known, make_id: Callable[[], str]) -> Subscriber:
    return Subscriber(
        id=make_id(),
        address=checked(row.get("address", "")),
        standing=_of(tuple(SubscriberStatus), row.get("standing") or SubscriberStatus.READING),
        since=_instant(row["since"]) if row.get("since") else now,
        choices=Choices(
            bodies=_ids(row, "bodies", known),
            topics=_ids(row, "topics", known),
            types=_ids(row, "types", known),
            when_empty=_is_yes(row, "when_empty"),
            rhythm=_of(LETTER_FREQUENCIES, row.get("rhythm")),
            titles=_of(tuple(Titles), row.get("titles")),
            only_alerts=_is_yes(row, "only_alerts"),
        ),
        is_list=_is_yes(row, "is_list"),
        leave=row.get("leave", ""),
    )


def _instant(cell: str) -> datetime:
    """In whole seconds; without a zone it is UTC."""
    try:
        told = datetime.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"{cell!r} is no instant; write 2026-06-05T12:00:00Z") from None
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


def _ids(row: Row, name: str, known: Known) -> tuple[str, ...]:
    ids = tuple(row.get(name, "").split())
    if unknown := [id for id in ids if id not in known[name]]:
        raise ValueError(f"{name}: no such id is known: {', '.join(unknown)}")
    return ids


def _is_yes(row: Row, name: str) -> bool:
    cell = row.get(name, "").lower()
    if cell not in ("yes", "no", ""):
        raise ValueError(f"{name}: {cell!r} is neither yes nor no")
    return cell == "yes"


Kind = TypeVar("Kind", bound=StrEnum)


def _of(known: Sequence[Kind], cell: str | None) -> Kind:
    """The value that a cell names; the first one for an empty cell. ValueError says which there are."""
    named = [one for one in known if not cell or one == cell]
    if not named:
        raise ValueError(f"{cell!r} is none of {', '.join(known)}")
    return named[0]


def _cells(reader: Subscriber) -> tuple[str, ...]:
    chosen = reader.choices
    return (
        reader.address or "",
        reader.standing,
        reader.since.isoformat(),
        " ".join(chosen.bodies),
        " ".join(chosen.topics),
        " ".join(chosen.types),
        "yes" if chosen.when_empty else "no",
        chosen.rhythm,
        chosen.titles,
        "yes" if reader.is_list else "no",
        reader.leave,
        "yes" if chosen.only_alerts else "no",
    )
