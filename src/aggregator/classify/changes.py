"""Compares the entries of a poll with those stored: what is new, what changed in substance, what is restated.

A source is compared with its own last entry, never with another source's: GOV.UK's two feeds shorten and
title the same document differently, and neither is a revision of the other. Entries of other sources count
only if they came before this instant, so the order of the polls of one run does not matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from aggregator.classify.comparison import PARTS, comparable_moment, is_later, last_minute, same_file_names
from aggregator.classify.same_edit import is_reported_already
from aggregator.classify.shortened_texts import adds_content, keep_words
from aggregator.classify.translated_words import changed_words, keep_translations, reported_once
from aggregator.classify.wording.texts import Wording, shows_edit
from aggregator.model import LONDON, Carrier, Change, ChangeKind, Entry, Moment, Source
from aggregator.model.days import day_of
from aggregator.model.kinds import KINDS

# The one date that does count, for a source with `updated_means_change`: GOV.UK's `public_timestamp` moves
# for major updates only (alphagov/search-api, docs/using-the-search-api.md).
UPDATED_PART: Final = "updated"

# How far from our first sight a date of publication is no date of a document that was new then.
YEARS_AWAY: Final = timedelta(days=2 * 365)
FIRST_WEB_PAGE: Final = 1991
# A date of update further ahead than this is a slip: newer versions will have earlier ones.
CLOCK_ERROR: Final = timedelta(days=1)

ALL_PARTS: Final = frozenset({*PARTS, UPDATED_PART})
# The parts that are comparable when another address answered than last time: Citizen Space's interface has
# the whole overview of a consultation, its finder one sentence.
PARTS_ACROSS_ADDRESSES: Final = ALL_PARTS - {"text", "attachments"}
# The parts that are comparable when a source shows only the translation of what it showed before.
PARTS_ACROSS_LANGUAGES: Final = frozenset({"opening date", "closing date"})


def find_changes(
    source: Source,
    entries: Iterable[Entry],
    carriers: Mapping[str, Sequence[Carrier]],
    *,
    now: datetime,
    backlog: bool,
    other_address: bool = False,
    moved: Collection[str] = (),
) -> tuple[Change, ...]:
    """What the `entries` of one poll of `source` change, given all `carriers` of the same documents by id.

    `backlog`: this is the first poll of the source that could be read. `other_address`: another address of
    the source answered than last time (a fallback, or the main one again), which may say less of each
    document. `moved`: ids of documents whose link is another one now, and with it their files'.

    An entry equal to the stored one gives no change. Removals are found by `find_removals`, except for
    documents that no source had before.
    """
    comparable = PARTS_ACROSS_ADDRESSES if other_address else ALL_PARTS
    found = (
        _change(source, e, carriers.get(e.id, ()), now, backlog, comparable, has_moved=e.id in moved)
        for e in entries
    )
    return tuple(change for change in found if change is not None)


def _change(
    source: Source,
    entry: Entry,
    carriers: Sequence[Carrier],
    now: datetime,
    backlog: bool,
    comparable: Collection[str],
    *,
    has_moved: bool,
) -> Change | None:
    own_carrier = next((carrier for carrier in carriers if carrier.source == source.id), None)
    others = [earlier for c in carriers if c.source != source.id and (earlier := c.entry_before(now))]
    if own_carrier is None:
        # New for this source. If another source has the document, this one becomes a further carrier.
        return Change(kind=ChangeKind.NEW, entry=entry, seen_at=now, backlog=backlog)
    if entry.removal:
        # A removal needs a second look (`find_removals`).
        return None
    if _is_other_language(entry, own_carrier.entry):
        entry = _in_both_languages(entry, own_carrier.entry)
        comparable = PARTS_ACROSS_LANGUAGES
    elif _is_old_copy(entry, own_carrier, now):
        # What it says was replaced already; at most the document is there again.
        entry = replace(own_carrier.entry, removal=None)
    entry = keep_translations(entry, own_carrier.entry)
    entry = _fill_in_partial(entry, own_carrier.entry)
    wording, known = _wordings(entry, own_carrier, now)
    entry = keep_words(source, entry, own_carrier.entry, wording, known)
    entry = replace(entry, published=_publication_date(entry, own_carrier, others))
    wording = replace(wording, entry=entry)
    parts = _changed_parts(source, own_carrier.entry, entry, same_text=wording.says_the_same_as(known))
    parts = tuple(part for part in parts if part in comparable)
    if has_moved and same_file_names(own_carrier.entry, entry):
        parts = tuple(part for part in parts if part != "attachments")
    translated = changed_words(known, wording)
    parts = reported_once(parts, translated, entry, own_carrier, now)
    if not parts and is_later(entry.updated, own_carrier.entry.updated):
        # Only the date moved: with the new date the document would come up as the newest, unchanged.
        entry = replace(entry, updated=own_carrier.entry.updated)
    if is_reported_already(parts, entry, own_carrier, carriers, now):
        parts = ()
    # What another source has in its one language says nothing of the others.
    return _build_change(parts, entry, own_carrier, [] if translated else others, now)


def _build_change(
    parts: tuple[str, ...],
    entry: Entry,
    own_carrier: Carrier,
    others: Sequence[Entry],
    now: datetime,
) -> Change | None:
    if entry == own_carrier.entry:
        return None
    kind = ChangeKind.REVISED
    if own_carrier.removal:
        kind, parts = ChangeKind.RESTORED, (*parts, "restored")
    elif (
        not parts
        or (own_carrier.entry.partial and not entry.partial)
        or _is_catching_up(parts, entry, own_carrier.entry, others)
    ):
        # Stored without a revision: it is nothing new to subscribers.
        kind, parts = ChangeKind.RESTATED, ()
    note = _new_note(own_carrier.entry, entry) if parts else ""
    return Change(kind=kind, entry=entry, seen_at=now, backlog=own_carrier.backlog, parts=parts, note=note)


def _is_other_language(entry: Entry, before: Entry) -> bool:
    """Whether a source now shows the document's page in another language; a page of its own, not an edit."""
    return entry.language != before.language and entry.url != before.url


def _in_both_languages(entry: Entry, before: Entry) -> Entry:
    """The English entry, or else the one before, with the other one as its translation."""
    if entry.language == "en" and before.language != "en":
        return entry.with_translation(before)
    return before.with_translation(entry)


def _fill_in_partial(entry: Entry, before: Entry) -> Entry:
    """A list says less than the document's own page: a part that it leaves out has not gone."""
    if not entry.partial or before.partial:
        return entry
    return replace(
        before,
        title=entry.title,
        updated=entry.updated or before.updated,
        opens=entry.opens or before.opens,
        closes=entry.closes or before.closes,
        publisher_type=entry.publisher_type or before.publisher_type,
        removal=None,
    )


def _publication_date(entry: Entry, own_carrier: Carrier, others: Sequence[Entry]) -> Moment | None:
    """The publication date, which never moves once any source has given one, unless it was impossible."""
    before = own_carrier.entry.published
    # The document has a date from another source already, which a late one from here must not move.
    if before is None and any(other.published for other in others):
        return None
    if before and entry.published and _is_mended(before, entry.published, own_carrier):
        return entry.published
    return before or entry.published


def _is_mended(before: Moment, after: Moment, carrier: Carrier) -> bool:
    """Whether a date years away from our first sight was put right, to one near it.

    What was there at the first poll may be as old as it says, unless it is older than any web page.
    """
    away = carrier.first_seen - before.at
    impossible = away > YEARS_AWAY and (not carrier.backlog or before.day.year < FIRST_WEB_PAGE)
    is_near = abs(carrier.first_seen - after.at) <= YEARS_AWAY / 2
    return is_near and (impossible or away < -YEARS_AWAY)


def newest_updates(
    entries: Iterable[Entry], own: Mapping[str, Carrier], *, now: datetime
) -> dict[str, Moment]:
    """Return, by document, each `updated` of `entries` that is newer than any that its carrier has."""
    dated = {entry.id: entry.updated for entry in entries if entry.id in own and entry.updated}
    in_time = {id: moment for id, moment in dated.items() if moment.at <= now + CLOCK_ERROR}
    return {id: moment for id, moment in in_time.items() if is_later(moment, _newest_updated(own[id], now))}


def _newest_updated(carrier: Carrier, now: datetime) -> Moment | None:
    """The newest `updated` that the source ever gave for the document, but for dates still to come."""
    revisions = (revision.entry.updated for revision in carrier.revisions)
    given = (carrier.entry.updated, carrier.newest_updated, *revisions)
    return max((one for one in given if one and one.at <= now + CLOCK_ERROR), key=last_minute, default=None)


def _is_old_copy(entry: Entry, own_carrier: Carrier, now: datetime) -> bool:
    """Whether the entry is older than one that was seen: a server or a cache lags behind."""
    return is_later(_newest_updated(own_carrier, now), entry.updated)


def _wordings(entry: Entry, own_carrier: Carrier, now: datetime) -> tuple[Wording, Wording]:
    """The words of an entry, and those that its carrier has, with the days on which they were seen."""
    seen = (own_carrier.first_seen, own_carrier.unchanged_since, own_carrier.last_seen or now)
    days = {day_of(at, LONDON) for at in (*seen, *(revision.seen_at for revision in own_carrier.revisions))}
    return Wording(entry, frozenset({day_of(now, LONDON)})), Wording(own_carrier.entry, frozenset(days))


def _changed_parts(source: Source, before: Entry, after: Entry, *, same_text: bool) -> tuple[str, ...]:
    same = {"text": same_text or adds_content(after, before)}
    parts = [
        name
        for name, part in PARTS.items()
        if not (same[name] if name in same else part.same(part.value_of(before), part.value_of(after)))
    ]
    counts_updated = source.updated_means_change or KINDS[source.kind].updated_means_change
    if counts_updated and is_later(after.updated, before.updated):
        parts.append(UPDATED_PART)
    return tuple(parts)


def _is_catching_up(parts: Iterable[str], entry: Entry, before: Entry, others: Sequence[Entry]) -> bool:
    """Whether other carriers already had every changed part, so that this source only catches up.

    A carrier without a part does not say that the part has gone.
    """
    return all(any(_agrees(part, other, entry, before) for other in others) for part in parts)


def _agrees(name: str, other: Entry, entry: Entry, before: Entry) -> bool:
    """Whether `other` has the part, and the same as `entry`, or the same edit of the text."""
    if name == "text" and other.language == entry.language and shows_edit(other, before, entry):
        return True
    if name == UPDATED_PART:
        moment = comparable_moment(entry.updated)
        return moment is not None and moment == comparable_moment(other.updated)
    part = PARTS[name]
    value = part.value_of(other)
    return bool(value) and part.same(value, part.value_of(entry))


def _new_note(before: Entry, after: Entry) -> str:
    """The publisher's newest note on a change, if it was not there before."""
    fresh = [note.text for note in after.notes if note not in before.notes]
    return fresh[0] if fresh else ""
