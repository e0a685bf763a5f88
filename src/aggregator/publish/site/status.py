"""What pages tell of bodies and sources, in words: the last record of each, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.model import BoardLine, Moment, Reading, Seen, Snapshot, SourceLine
from aggregator.model.days import COARSE, day_of
from aggregator.model.licences import Licence, licence
from aggregator.publish.board.wording import count_text
from aggregator.publish.presentation.dates import FormattedDate, format_day, say
from aggregator.publish.presentation.paths import web
from aggregator.publish.presentation.text import clean_line
from aggregator.values.web_addresses import host_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source and everything that is wrong with it, in sentences."""

    line: SourceLine
    wrong: tuple[str, ...]

    @property
    def state(self) -> str:
        """`failing`, `doubtful` or `well`."""
        return "failing" if self.line.state.failure else "doubtful" if self.wrong else "well"


def source_rows(edition: Snapshot) -> tuple[SourceRow, ...]:
    """One row for each source, in the order of `sources.yaml`."""
    zone = edition.site.zone
    return tuple(SourceRow(line=row, wrong=tuple(_wrong(row, zone))) for row in edition.sources)


def licences_used(edition: Snapshot) -> tuple[Licence, ...]:
    """The licences of the sources, each once, by name; what our credits must name."""
    used = {licence(row.source.licence) for row in edition.sources}
    return tuple(sorted(used, key=lambda each: each.name))


def last_record_date(row: BoardLine, zone: ZoneInfo) -> FormattedDate | None:
    """When a body's last record is dated."""
    if coarse := _coarse(row):
        return say(coarse, zone)
    return format_day(row.last_on) if row.last_on else None


def _coarse(row: BoardLine) -> Moment | None:
    """The date of a record that is known to a month or a year only, and so has no age in days."""
    dated = row.last.dated if row.last else None
    return dated if dated and dated.precision in COARSE else None


def last_record_age(row: BoardLine) -> str:
    """How old a body's last record is; empty where its date is too coarse for that."""
    if row.days is None or _coarse(row):
        return ""
    if row.days < 0:
        return "dated ahead"
    return "today" if row.days == 0 else count_text(row.days)


def coverage_note(row: BoardLine, zone: ZoneInfo) -> str:
    """Why a body's line may not be the whole truth: a failed poll is a gap of ours, never its silence."""
    if row.reading is Reading.FAILING:
        return f"cannot tell since {_since(row.since, zone)}"
    if row.reading is Reading.NOT_READ_YET:
        return "not read yet"
    return "" if row.last else "nothing about open government in what we have read"


def _since(instant: datetime | None, zone: ZoneInfo) -> str:
    return format_day(day_of(instant, zone)).words if instant else "we began"


def _wrong(row: SourceLine, zone: ZoneInfo) -> Iterator[str]:
    """What is wrong with a source, and what makes one wonder whether all was seen."""
    source, state = row.source, row.state
    lost = f"everything had changed before {_since(state.gap, zone)}: items in between may be missing"
    said = (
        (True, _not_read(row)),
        (source.seen is Seen.LIKELY and state.answered is None, "address likely, not yet seen to answer"),
        (True, _failure(row, zone)),
        (True, clean_line(_hint(row), 300)),
        (state.moved_to, f"has moved to {clean_line(state.moved_to or '')}"),
        (state.rejects, f"{len(state.rejects)} of its items could not be used"),
        (state.gap, lost),
        (state.held, f"{len(state.held)} documents vanished from it all at once; a person must look"),
        (not source.confirmed, "how we read its page was never seen to fit"),
    )
    return (sentence for holds, sentence in said if holds and sentence)


def _not_read(row: SourceLine) -> str:
    if not row.source.enabled:
        return "switched off in sources.yaml"
    return "not read yet" if row.state.asked is None else ""


def _failure(row: SourceLine, zone: ZoneInfo) -> str:
    failure, since = row.state.failure, row.state.failing_since
    if failure is None:
        return ""
    why = str(failure.cause) if row.source.mail else clean_line(str(failure), 300)
    return f"cannot be read{f' since {_since(since, zone)}' if since else ''}: {why}"


def _hint(row: SourceLine) -> str:
    """What the operator may try; of a mailbox that is nobody else's business."""
    return row.state.failure.hint if row.state.failure and not row.source.mail else ""


def source_address_text(row: SourceLine) -> str:
    """The address as people know it. A mailbox's is the operator's login, or a folder of his machine."""
    if row.source.mail is not None:
        return "a mailbox"
    address = web(row.state.address) or row.source.address
    return clean_line(host_of(address) + address.partition(host_of(address))[2]) if web(address) else clean_line(address)
