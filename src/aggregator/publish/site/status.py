"""The front page's rows for bodies and the status of each source, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.model import BoardRow, Moment, ReadStatus, Snapshot, SourceWithState
from aggregator.model.days import COARSE, day_of
from aggregator.model.fetched import QuestionKind
from aggregator.model.licences import Licence, licence
from aggregator.publish.board.wording import count_text
from aggregator.publish.presentation.dates import FormattedDate, format_day, format_moment
from aggregator.publish.presentation.paths import web_url
from aggregator.publish.presentation.text import clean_line
from aggregator.values.web_addresses import host_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source with its problems, in sentences."""

    source_with_state: SourceWithState
    problems: tuple[str, ...]

    @property
    def status(self) -> str:
        """`failing`, `doubtful` or `well`: the section of `sources.html` that lists it."""
        return "failing" if self.source_with_state.state.failure else "doubtful" if self.problems else "well"


def source_rows(snapshot: Snapshot) -> tuple[SourceRow, ...]:
    """One row for each source, in the order of `sources.yaml`."""
    zone = snapshot.site.timezone
    return tuple(
        SourceRow(source_with_state=row, problems=tuple(_problems(row, zone))) for row in snapshot.sources
    )


def licences_used(snapshot: Snapshot) -> tuple[Licence, ...]:
    """The licences of all sources, each once, by name, for the attribution that they require."""
    used = {licence(row.source.licence) for row in snapshot.sources}
    return tuple(sorted(used, key=lambda each: each.name))


def last_record_date(row: BoardRow, zone: ZoneInfo) -> FormattedDate | None:
    """The date of a body's last record, as exactly as it is known."""
    if coarse := _coarse(row):
        return format_moment(coarse, zone)
    if row.last_on is None:
        return None
    day = format_day(row.last_on)
    return replace(day, text=f"no later than {day.text}") if row.no_later else day


def _coarse(row: BoardRow) -> Moment | None:
    """The record's date where only its month or year is known, so that it has no age in days."""
    dated = row.last.dated if row.last else None
    return dated if dated and dated.precision in COARSE else None


def last_record_age(row: BoardRow) -> str:
    """The age of a body's last record; empty where its date is too coarse."""
    if row.days is None or _coarse(row):
        return ""
    if row.days < 0:
        return "dated ahead"
    if row.days == 0:
        return "" if row.no_later else "today"
    return f"{'at least ' if row.no_later else ''}{count_text(row.days)}"


def coverage_note(row: BoardRow, zone: ZoneInfo) -> str:
    """Why a body's row may be incomplete. A failed poll is our gap and never the body's silence."""
    if row.read_status is ReadStatus.FAILING:
        return f"cannot tell since {_since(row.since, zone)}"
    if row.read_status is ReadStatus.NOT_READ_YET:
        return "not read yet"
    return "" if row.last else "nothing about open government in what we have read"


def _since(instant: datetime | None, zone: ZoneInfo) -> str:
    return format_day(day_of(instant, zone)).text if instant else "we began"


def _problems(row: SourceWithState, zone: ZoneInfo) -> Iterator[str]:
    """What is wrong with a source, and what casts doubt on whether we saw everything."""
    source, state = row.source, row.state
    missed_at = _since(state.items_missed_at, zone)
    sentences = (
        (True, _not_read(row)),
        (not source.verified and state.last_read is None, "address likely, not yet seen to answer"),
        (True, _failure(row, zone)),
        (True, clean_line(_hint(row), 300)),
        (state.moved_to, f"has moved to {clean_line(state.moved_to or '')}"),
        (state.rejects, f"{len(state.rejects)} of its items could not be used"),
        (
            state.items_missed_at,
            f"everything had changed before {missed_at}: items in between may be missing",
        ),
        (
            state.removals_to_confirm,
            f"{len(state.removals_to_confirm)} documents vanished from it all at once; a person must look",
        ),
        (
            any(question.kind is QuestionKind.MANY_AT_ONCE for question in state.questions),
            "most of it looks new and may be what we have already; a person must look",
        ),
        (not source.confirmed, "how we read its page was never seen to fit"),
    )
    return (sentence for applies, sentence in sentences if applies and sentence)


def _not_read(row: SourceWithState) -> str:
    if not row.source.enabled:
        return "switched off in sources.yaml"
    return "not read yet" if row.state.last_polled is None else ""


def _failure(row: SourceWithState, zone: ZoneInfo) -> str:
    failure, since = row.state.failure, row.state.failing_since
    if failure is None:
        return ""
    # The detail of a mailbox's failure may name its server or login, so only the cause is published.
    why = str(failure.cause) if row.source.mail else clean_line(str(failure), 300)
    return f"cannot be read{f' since {_since(since, zone)}' if since else ''}: {why}"


def _hint(row: SourceWithState) -> str:
    """What the operator may try. Not published for a mailbox: the hint may name its server."""
    return row.state.failure.hint if row.state.failure and not row.source.mail else ""


def source_address_text(row: SourceWithState) -> str:
    """The address without its scheme.

    A mailbox's address is never published: it is the operator's login or a local folder.
    """
    if row.source.mail is not None:
        return "a mailbox"
    address = web_url(row.state.address) or row.source.address
    if not web_url(address):
        return clean_line(address)
    host = host_of(address)
    return clean_line(host + address.partition(host)[2])
