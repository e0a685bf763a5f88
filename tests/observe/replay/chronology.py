"""The board of each day since 2021, from `documents.tsv`, as if we had read every source daily."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

from aggregator.classify import combine_carriers
from aggregator.model import (
    Board,
    Carrier,
    Document,
    Evidence,
    Measure,
    Moment,
    PlanStage,
    Precision,
    ProcessReport,
    Revision,
    RuleCheck,
    RuleResult,
    SourceState,
    SourceWithState,
)
from aggregator.observe import build_board
from aggregator.publish.board.wording import deadline_text, result_text, silence_text, stage_text
from tests.observe.own_register import config, labeller
from tests.support.builders import LONDON, make_entry

FOLDER = Path(__file__).parent
FIRST_DAY, LAST_DAY = date(2021, 1, 1), date(2026, 11, 29)
# When the facts were read of which no day of publication is known.
READ_ON = date(2026, 11, 23)
ONE_DAY = timedelta(days=1)
# A rule of these measures has a cell for each plan.
OF_EACH_PLAN = {Measure.BRIEF, Measure.REVIEW, Measure.COMPLETION}


class Row(NamedTuple):
    """A document of the chronology."""

    published: str
    source: str
    title: str
    address: str
    meeting_day: str
    facts: str


def rows() -> list[Row]:
    """The documents of the data file."""
    lines = (FOLDER / "documents.tsv").read_text(encoding="utf-8").splitlines()
    table = csv.reader(
        (line for line in lines if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE
    )
    return [Row(*row) for row in table][1:]


@cache
def documents() -> tuple[Document, ...]:
    """The documents, each first seen at noon of its day; those from before 2021 by our first poll."""
    return tuple(_document(row) for row in rows())


def _document(row: Row) -> Document:
    source = next(one for one in config().sources if one.id == row.source)
    published = None if row.published == "-" else _moment(row.published)
    entry = make_entry(
        row.address,
        title=row.title,
        summary="",
        text="",
        source=row.source,
        body=source.body,
        published=published,
        updated=None,
    )
    first_seen = max(noon(published.day if published else READ_ON), noon(FIRST_DAY))
    carrier = Carrier(
        entry=entry,
        first_seen=first_seen,
        backlog=published is None or published.day < FIRST_DAY,
        revisions=(Revision(entry=entry, number=1, seen_at=first_seen),),
        last_seen=first_seen,
    )
    return combine_carriers([carrier], labeller().label)


def _moment(text: str) -> Moment:
    if "T" in text:
        return Moment(at=datetime.fromisoformat(text), precision=Precision.SECOND)
    precision = Precision.DAY if len(text) == 10 else Precision.MONTH
    day = date.fromisoformat(f"{text}-01"[:10])
    return Moment(at=datetime.combine(day, time(), LONDON).astimezone(UTC), precision=precision)


def noon(day: date) -> datetime:
    """Noon of a day, when every source is read."""
    return datetime.combine(day, time(12), UTC)


def board_of(day: date) -> Board:
    """The board at the end of a day."""
    at = datetime.combine(day + ONE_DAY, time(), LONDON).astimezone(UTC) - timedelta(seconds=1)
    sources = tuple(
        SourceWithState(
            source=source,
            state=SourceState(
                source=source.id,
                first_read=noon(FIRST_DAY),
                last_polled=noon(day),
                last_read=noon(day),
                read_whole_at=noon(day),
            ),
        )
        for source in config().sources
    )
    seen = tuple(one for one in documents() if one.first_seen <= at or one.entry.published is None)
    return build_board(config().bodies, sources, seen, at=at, zone=LONDON, register=config().register)


@dataclass(frozen=True, slots=True)
class Cell:
    """What the board says in one place: what decides it, its sentence, and its evidence."""

    key: object
    sentence: str
    evidence: tuple[Evidence, ...]


def cells(board: Board) -> dict[str, Cell]:
    """Every cell of the board, by process and name."""
    return {f"{one.process.id} {name}": cell for one in board.processes for name, cell in _cells(one)}


def _cells(report: ProcessReport) -> Iterator[tuple[str, Cell]]:
    for plan in report.plans:
        if plan.stage is not PlanStage.NOT_BEGUN:
            yield (
                f"stage of {plan.plan.id}",
                Cell((plan.stage, plan.since), stage_text(plan, LONDON), plan.evidence),
            )
    silence = report.silence
    last = (silence.last,) if silence.last else ()
    text = silence_text(silence, LONDON, report.process.name)
    yield "last record", Cell((last, silence.days is None), text, last)
    for deadline in report.deadlines[:1]:
        key = deadline.day, deadline.title
        text = f"{deadline_text(deadline, LONDON)}. {deadline.title}"
        yield "next deadline", Cell(key, text, deadline.evidence[:1])
    for check in report.checks:
        if check.result is not RuleResult.NOT_APPLICABLE:
            name = f"{check.rule.id} {check.plan}" if check.rule.measure in OF_EACH_PLAN else check.rule.id
            # All sources are read in this replay; which they are is no matter of it.
            why = re.sub(r"looked for in: .*", "looked for in every source", check.why)
            yield name, Cell(_key(check), f"{result_text(check)}: {why}", check.evidence)


def _key(check: RuleCheck) -> object:
    # Without the days, which count on by themselves.
    addresses = tuple(one.url for one in check.evidence)
    return check.result, check.by, addresses, _without_days(check.why)


def _without_days(text: str) -> str:
    return re.sub(r"\b\d+ days? ago|of these \d+ days|, \d+ were|it answered on \d+ \w+ \d+", "", text)


def changes() -> Iterator[str]:
    """A line for each cell that is not as on the day before: day, cell, what changed it, its sentence."""
    before = dict[str, Cell]()
    day = FIRST_DAY
    while day <= LAST_DAY:
        now = cells(board_of(day))
        for name in sorted(now.keys() | before.keys()):
            old, new = before.get(name), now.get(name)
            if old is None or new is None or old.key != new.key:
                yield f"{day}\t{name}\t{_cause(old, new)}\t{new.sentence if new else 'no longer shown'}"
        before, day = now, day + ONE_DAY


def _cause(old: Cell | None, new: Cell | None) -> str:
    """The evidence that is new, else that the day itself did it."""
    known = {one.url for one in old.evidence} if old else set()
    found = [one for one in (new.evidence if new else ()) if one.url not in known]
    return " + ".join(dict.fromkeys(one.url or one.title for one in found)) or "the day"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in changes())
