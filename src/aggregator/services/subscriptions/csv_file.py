"""The CSV of subscribers that `subscribers export` writes and `subscribers import` reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TypeVar

from aggregator.deliver.mail.email_addresses import normalise_address
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import DIGEST_FREQUENCIES, Choices, Subscriber, SubscriberStatus, TitleLanguage

COLUMNS: Final = (
    "address",
    "status",
    "since",
    "bodies",
    "topics",
    "types",
    "when_empty",
    "frequency",
    "title_language",
    "is_list",
    "leave_instructions",
    "only_alerts",
)

# Columns of older exports, by their old names. They are refused, naming the new one.
RENAMED_COLUMNS: Final = {
    "standing": "status",
    "rhythm": "frequency",
    "titles": "title_language",
    "leave": "leave_instructions",
}

# The ids that the columns `bodies`, `topics` and `types` may have.
ValidIds = Mapping[str, Collection[str]]

Row = Mapping[str, str]


def read_subscribers_csv(
    text: str, file: str, now: datetime, valid_ids: ValidIds, make_id: Callable[[], str]
) -> tuple[Subscriber, ...]:
    """The subscribers of a CSV file, or of a list with one address a line. An empty `since` means `now`.

    Commas or semicolons separate the cells. Raises ConfigError with every wrong line.
    """
    issues, subscribers = list[ConfigIssue](), list[Subscriber]()
    try:
        for line, cells, columns in _rows(text):
            try:
                subscribers.append(_subscriber(_row(cells, columns), now, valid_ids, make_id))
            except ValueError as error:
                issues.append(ConfigIssue(file, line, str(error)))
    except (csv.Error, ValueError) as error:
        issues.append(ConfigIssue(file, 1, f"unreadable CSV: {error}"))
    if issues:
        raise ConfigError(tuple(issues))
    return tuple(subscribers)


def write_subscribers_csv(subscribers: Collection[Subscriber]) -> str:
    """All subscribers with their addresses and choices, as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(subscriber) for subscriber in subscribers)
    return out.getvalue()


def _rows(text: str) -> Iterator[tuple[int, list[str], tuple[str, ...]]]:
    """Each line that is not empty, with its number and the columns, which the first line may name."""
    text = text.removeprefix("\ufeff")  # Excel writes a byte order mark
    first = text.partition("\n")[0]
    parser = csv.reader(io.StringIO(text), delimiter=";" if ";" in first else ",", strict=True)
    columns: tuple[str, ...] = COLUMNS[:1]
    for number, row in enumerate(parser):
        cells = [cell.strip() for cell in row]
        if number == 0 and "address" in (names := tuple(cell.lower() for cell in cells)):
            columns = _check_columns(names)
        elif any(cells):
            yield parser.line_num, cells, columns


def _check_columns(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name in RENAMED_COLUMNS:
            raise ValueError(f"the column {name!r} is now called {RENAMED_COLUMNS[name]!r}; rename it")
    unknown = [name for name in names if name not in COLUMNS]
    if unknown or len(set(names)) < len(names):
        problem = f"there is no column {unknown[0]!r}" if unknown else "a column is named twice"
        raise ValueError(f"{problem}; the columns are {', '.join(COLUMNS)}")
    return names


def _row(cells: list[str], columns: tuple[str, ...]) -> Row:
    if any(cells[len(columns) :]):
        raise ValueError(f"has more cells than columns ({', '.join(columns)}); a first line may name more")
    return dict(zip(columns, cells, strict=False))


def _subscriber(row: Row, now: datetime, valid_ids: ValidIds, make_id: Callable[[], str]) -> Subscriber:
    return Subscriber(
        id=make_id(),
        address=normalise_address(row.get("address", "")),
        status=_choice(tuple(SubscriberStatus), row.get("status") or SubscriberStatus.ACTIVE),
        status_since=_instant(row["since"]) if row.get("since") else now,
        choices=Choices(
            bodies=_ids(row, "bodies", valid_ids),
            topics=_ids(row, "topics", valid_ids),
            types=_ids(row, "types", valid_ids),
            when_empty=_is_yes(row, "when_empty"),
            frequency=_choice(DIGEST_FREQUENCIES, row.get("frequency")),
            title_language=_choice(tuple(TitleLanguage), row.get("title_language")),
            only_alerts=_is_yes(row, "only_alerts"),
        ),
        is_list=_is_yes(row, "is_list"),
        leave_instructions=row.get("leave_instructions", ""),
    )


def _instant(cell: str) -> datetime:
    """In whole seconds, in UTC; a time without a time zone is UTC."""
    try:
        instant = datetime.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"{cell!r} is not a time; write it as 2026-06-05T12:00:00Z") from None
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


def _ids(row: Row, name: str, valid_ids: ValidIds) -> tuple[str, ...]:
    ids = tuple(row.get(name, "").split())
    if unknown := [id for id in ids if id not in valid_ids[name]]:
        raise ValueError(f"{name}: these ids do not exist: {', '.join(unknown)}")
    return ids


def _is_yes(row: Row, name: str) -> bool:
    cell = row.get(name, "").lower()
    if cell not in ("yes", "no", ""):
        raise ValueError(f"{name}: {cell!r} is neither yes nor no")
    return cell == "yes"


Option = TypeVar("Option", bound=StrEnum)


def _choice(options: Sequence[Option], cell: str | None) -> Option:
    """The option that a cell names; the first one for an empty cell. ValueError lists the options."""
    matching = [one for one in options if not cell or one == cell]
    if not matching:
        raise ValueError(f"{cell!r} is none of {', '.join(options)}")
    return matching[0]


def _cells(subscriber: Subscriber) -> tuple[str, ...]:
    choices = subscriber.choices
    return (
        subscriber.address or "",
        subscriber.status,
        subscriber.status_since.isoformat(),
        " ".join(choices.bodies),
        " ".join(choices.topics),
        " ".join(choices.types),
        "yes" if choices.when_empty else "no",
        choices.frequency,
        choices.title_language,
        "yes" if subscriber.is_list else "no",
        subscriber.leave_instructions,
        "yes" if choices.only_alerts else "no",
    )
