"""What the front page tells of bodies and sources: the last record of each, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from aggregator.model import BoardLine, Edition, Moment, Precision, Reading, Seen, SourceLine, SourceState
from aggregator.model.addresses import host_of
from aggregator.publish.addresses import Shelf, shelf_page, web
from aggregator.publish.dates import Said, day_of, say, say_day
from aggregator.publish.licences import Licence, licence
from aggregator.publish.lines import Line, body_name, tell
from aggregator.publish.words import line, titled


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyRow:
    """A body and its last record about open government."""

    name: str
    page: str
    """Our page of it."""
    last: Line | None
    on: Said | None
    age: str
    gap: str
    """Why the row may not be the whole truth; empty when the body's sources are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source and how its last poll went."""

    id: str
    title: str
    href: str | None
    address: str
    body: str
    kind: str
    read: Said | None
    """By the day, so that a poll that brings nothing new leaves the page as it is."""
    items: int
    wrong: tuple[str, ...]
    """Every sentence on what is wrong with it; empty when it is read well."""
    failing: bool
    advice: tuple[str, ...]
    """What its publisher could do, so that anybody can read it better."""

    @property
    def state(self) -> str:
        """`failing`, `doubtful` or `well`."""
        return "failing" if self.failing else "doubtful" if self.wrong else "well"


def body_rows(edition: Edition) -> tuple[BodyRow, ...]:
    """One row for each body of the board, in its order."""
    zone = ZoneInfo(edition.site.zone)
    return tuple(
        BodyRow(
            name=line(row.body.name),
            page=shelf_page(Shelf.BODY, row.body.id),
            last=tell(row.last, edition) if row.last else None,
            on=_on(row, zone),
            age="" if _coarse(row) else _age(row.days),
            gap=_gap(row, zone),
        )
        for row in edition.board.lines
    )


def source_rows(
    edition: Edition, advice: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> tuple[SourceRow, ...]:
    """One row for each source, in the order of `sources.yaml`; `advice` by the source's id."""
    zone = ZoneInfo(edition.site.zone)
    return tuple(_source_row(row, edition, zone, advice.get(row.source.id, ())) for row in edition.sources)


def licences_used(edition: Edition) -> tuple[Licence, ...]:
    """The licences of the sources, each once, by name; what our credits must name."""
    used = {licence(row.source.licence) for row in edition.sources}
    return tuple(sorted(used, key=lambda each: each.name))


def _on(row: BoardLine, zone: ZoneInfo) -> Said | None:
    if coarse := _coarse(row):
        return say(coarse, zone)
    return say_day(row.last_on) if row.last_on else None


def _coarse(row: BoardLine) -> Moment | None:
    """The date of a record that is known to a month or a year only, and so has no age in days."""
    dated = row.last.dated if row.last else None
    return dated if dated and dated.precision in {Precision.MONTH, Precision.YEAR} else None


def _age(days: int | None) -> str:
    if days is None:
        return ""
    if days < 0:
        return "dated ahead"
    return {0: "today", 1: "1 day"}.get(days, f"{days} days")


def _gap(row: BoardLine, zone: ZoneInfo) -> str:
    """A failed poll is a gap of ours, never silence of the body."""
    if row.reading is Reading.FAILING:
        return f"cannot tell since {_since(row.since, zone)}"
    if row.reading is Reading.NOT_READ_YET:
        return "not read yet"
    return "" if row.last else "nothing about open government in what we have read"


def _since(instant: datetime | None, zone: ZoneInfo) -> str:
    return say_day(day_of(instant, zone)).words if instant else "we began"


def _source_row(row: SourceLine, edition: Edition, zone: ZoneInfo, advice: tuple[str, ...]) -> SourceRow:
    source, state = row.source, row.state
    address = web(state.address) or source.address
    return SourceRow(
        id=line(source.id),
        title=titled(source.title),
        href=web(source.page) or web(address),
        address=_shown(address, private=source.mail is not None),
        body=body_name(edition, source.body),
        kind=source.kind,
        read=say_day(day_of(state.answered, zone)) if state.answered else None,
        items=state.items,
        wrong=tuple(_wrong(row, zone)),
        failing=state.failure is not None,
        advice=advice,
    )


def _wrong(row: SourceLine, zone: ZoneInfo) -> Iterator[str]:
    source, state = row.source, row.state
    if not source.enabled:
        yield "switched off in sources.yaml"
    elif state.asked is None:
        yield "not read yet"
    if source.seen is Seen.LIKELY and state.answered is None:
        yield "address likely, not yet seen to answer"
    yield from _failure(state, zone, private=source.mail is not None)
    if state.moved_to:
        yield f"has moved to {line(state.moved_to)}"
    if state.rejects:
        yield f"{len(state.rejects)} of its items could not be used"
    yield from _doubts(row, zone)


def _doubts(row: SourceLine, zone: ZoneInfo) -> Iterator[str]:
    """What makes one wonder whether all was seen."""
    source, state = row.source, row.state
    if state.gap:
        yield f"everything had changed before {_since(state.gap, zone)}: items in between may be missing"
    if state.held:
        yield f"{len(state.held)} documents vanished from it all at once; a person must look"
    if not source.confirmed:
        yield "how we read its page was never seen to fit"


def _shown(address: str, *, private: bool) -> str:
    """The address as people know it. A mailbox's is the operator's login, or a folder of his machine."""
    if private:
        return "a mailbox"
    return line(host_of(address) + address.partition(host_of(address))[2]) if web(address) else line(address)


def _failure(state: SourceState, zone: ZoneInfo, *, private: bool) -> Iterator[str]:
    if state.failure:
        since = f" since {_since(state.failing_since, zone)}" if state.failing_since else ""
        why = str(state.failure.cause) if private else line(str(state.failure), 300)
        yield f"cannot be read{since}: {why}"
        if state.failure.hint and not private:
            yield line(state.failure.hint, 300)
