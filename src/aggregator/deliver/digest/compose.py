"""What a letter says: which updates are its news, each under one heading, in one fixed order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from aggregator.deliver.digest.formatting import first_sentence
from aggregator.deliver.digest.headings import Heading, update_type
from aggregator.deliver.digest.weeks import window
from aggregator.model import (
    Body,
    Digest,
    DigestItem,
    Document,
    Entry,
    Frequency,
    Revision,
    Section,
    Site,
    Window,
    rhythm_of,
)
from aggregator.model.days import COARSE, days_left, is_over, last_day
from aggregator.model.licences import may_show

SOON = 14
"""Days after the window's end: this letter and the next both reach the reader before it closes."""

REMINDED = frozenset({7, 1})
"""So many days before it closes a daily letter reminds of what was known; a weekly one does each week."""


@dataclass(frozen=True, slots=True)
class _News:
    """A holding to tell of, and the revisions that make it news of this window if it was known before."""

    holding: Document
    heading: Heading
    revisions: tuple[Revision, ...] = ()
    reminder: bool = False
    """It is no news; it closes soon."""


def compose(
    week: str,
    holdings: Iterable[Document],
    *,
    zone: ZoneInfo,
    site: Site,
    bodies: Mapping[str, Body],
    page: Callable[[Entry], str],
    issued: datetime | None,
) -> Digest:
    """The letter of the week or day with this name: those that are relevant and news in it, each once.

    An update belongs to the window in which it was first seen, whatever its own date says. Backlog (what
    a source's first poll brought) is never news; a revision of it is, like that of any document known
    before. What closes soon stands first even when it is a change, because the reader has to act; of what
    is known before, backlog or not, the reader is reminded then.
    The order depends only on the values, never on the order of `holdings`. `page` gives the path of a
    document's permanent page. `issued` None: still a draft. Raises ValueError when there is no such window.
    """
    span = window(week, zone)
    days = range(SOON + 1) if rhythm_of(week) is Frequency.WEEKLY else REMINDED
    ranks = {body: rank for rank, body in enumerate(bodies)}
    news = sorted(_told(holdings, span, days, zone), key=lambda one: _place(one, zone, ranks))
    sections = (
        Section(title=heading, items=tuple(_item(one, site, page) for one in under))
        for heading, under in groupby(news, key=lambda one: one.heading)
    )
    return Digest(week=week, window=span, sections=tuple(sections), unread=(), issued=issued)


def _told(
    holdings: Iterable[Document], span: Window, days: Collection[int], zone: ZoneInfo
) -> Iterable[_News]:
    by_id = {holding.entry.id: holding for holding in holdings if holding.labels.relevant}
    for holding in by_id.values():
        is_new = holding.first_seen in span and not holding.backlog
        revisions = () if is_new else _revisions(holding, span)
        if is_new or revisions:
            heading = _heading(holding, span, zone, changed=not is_new)
            yield _News(holding=holding, heading=heading, revisions=revisions)
        elif _reminds(holding, span, days, zone):
            yield _News(holding=holding, heading=Heading.CLOSING, reminder=True)


def _reminds(holding: Document, span: Window, days: Collection[int], zone: ZoneInfo) -> bool:
    """Whether to tell once more of what is known by the window's end: it closes in so many days."""
    closes = holding.entry.closes
    exact = closes is not None and closes.precision not in COARSE
    return exact and holding.first_seen < span.end and _days_to_act(holding, span, zone) in days


def _days_to_act(holding: Document, span: Window, zone: ZoneInfo) -> int | None:
    """Days from the window's end until it closes; None for what closes never, has closed or was removed."""
    closes = None if holding.removed else holding.entry.closes
    if closes is None or is_over(closes, span.end, zone):
        return None
    return days_left(closes, span.end, zone)


def _revisions(holding: Document, span: Window) -> tuple[Revision, ...]:
    found = (r for c in holding.carriers for r in c.revisions if r.number > 1 and r.seen_at in span)
    return tuple(sorted(found, key=lambda revision: revision.seen_at))


def _heading(holding: Document, span: Window, zone: ZoneInfo, *, changed: bool) -> Heading:
    days = _days_to_act(holding, span, zone)
    if days is not None and days <= SOON:
        return Heading.CLOSING
    return Heading.CHANGED if changed or holding.removed else update_type(holding.labels.type).heading


def _item(news: _News, site: Site, page: Callable[[Entry], str]) -> DigestItem:
    entry = news.holding.entry
    return DigestItem(
        id=entry.id,
        title=entry.title,
        url=entry.url or site.base_url + (entry.own_page or ""),
        body=entry.body,
        type=news.holding.labels.type,
        summary=first_sentence(entry.summary) if may_show(entry.licence) else "",
        language=entry.language,
        dated=news.holding.dated,
        first_seen=news.holding.first_seen,
        closes=entry.closes,
        changed=tuple(dict.fromkeys(part for revision in news.revisions for part in revision.parts)),
        topics=news.holding.labels.topics,
        removed=news.holding.removed,
        translations=entry.translations,
        page=page(entry),
        score=news.holding.labels.score,
        reminder=news.reminder,
    )


def _place(news: _News, zone: ZoneInfo, ranks: Mapping[str, int]) -> tuple[int, int, str, float, str, str]:
    """Sorts the letter: what closes soonest first, documents by body, everything else newest own date first.

    The id ends every key, so no two updates are equal.
    """
    entry = news.holding.entry
    rank, body, instant = 0, "", _newest_first(news.holding)
    if news.heading is Heading.CLOSING and entry.closes:
        rank, instant = last_day(entry.closes, zone).toordinal(), entry.closes.at.timestamp()
    if news.heading is Heading.DOCUMENTS:
        rank, body = ranks.get(entry.body, len(ranks)), entry.body
    return (list(Heading).index(news.heading), rank, body, instant, entry.title, entry.id)


def _newest_first(holding: Document) -> float:
    return -holding.dated.at.timestamp() if holding.dated else float("inf")
