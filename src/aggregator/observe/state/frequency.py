"""Publishing frequency: how often a source publishes on open government, how late its meeting records are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import pairwise
from statistics import median_low
from zoneinfo import ZoneInfo

from aggregator.model import Document, Meeting, Moment, PublishingFrequency, SourceWithState
from aggregator.model.days import day_of, last_day
from aggregator.observe.state.process_state import certainly_public


def publishing_frequencies(
    sources: Iterable[SourceWithState],
    documents: Sequence[Document],
    meetings: Iterable[Meeting],
    at: datetime,
    zone: ZoneInfo,
) -> tuple[PublishingFrequency, ...]:
    """The frequency of each source that has carried a dated document about open government by `at`."""
    carried = defaultdict(list)
    for document in documents:
        if document.labels.relevant and certainly_public(document, at, zone):
            for carrier in document.carriers:
                carried[carrier.source].append(document)
    all_meetings = tuple(meetings)
    found = (_frequency_of(polled, carried[polled.source.id], all_meetings, at, zone) for polled in sources)
    return tuple(frequency for frequency in found if frequency.count)


def _frequency_of(
    polled: SourceWithState,
    carried: Sequence[Document],
    meetings: Sequence[Meeting],
    at: datetime,
    zone: ZoneInfo,
) -> PublishingFrequency:
    dated = [day for document in carried if (day := _day(document.dated, at, zone))]
    days = sorted(set(dated))
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    addresses = {document.entry.url for document in carried} - {None}
    lags = [
        meeting.lag
        for meeting in meetings
        if meeting.lag is not None and any(evidence.url in addresses for evidence in meeting.evidence)
    ]
    return PublishingFrequency(
        source=polled.source.id,
        title=polled.source.title,
        count=len(dated),
        newest=days[-1] if days else None,
        usual_gap=median_low(gaps) if gaps else None,
        longest_gap=max(gaps, default=None),
        usual_record_lag=median_low(lags) if lags else None,
        years=dict(sorted(Counter(day.year for day in dated).items())),
    )


def _day(moment: Moment | None, at: datetime, zone: ZoneInfo) -> date | None:
    """The day by which a document had come out; None without a date, or for a day after `at`."""
    if moment is None:
        return None
    day = last_day(moment, zone)
    return day if day <= day_of(at, zone) else None
