"""Notices that another feed answers at the address of a source: a domain that lapsed, or was taken over.

Its title, the hosts or the language, and all its items are others. Nothing of it is stored; the source counts
as not read until the operator says that it is the same source.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from aggregator.classify.identity import compare
from aggregator.classify.wording.typography import comparable_text
from aggregator.errors import Cause
from aggregator.model import Carrier, Entry, Failed, FeedMetadata, Source, SourceState
from aggregator.model.fetched import IdentityQuestion, QuestionKind
from aggregator.model.kinds import KINDS
from aggregator.normalise.identity import NUMBER_PREFIXES
from aggregator.services.polling.identity.links import hosts_of
from aggregator.store import Transaction
from aggregator.values.text import one_line
from aggregator.values.web_addresses import authority_of

TITLE_LENGTH: Final = 80


def find_other_feed(
    source: Source,
    entries: Sequence[Entry],
    metadata: FeedMetadata,
    state: SourceState,
    body_address: str,
    now: datetime,
    store: Transaction,
) -> IdentityQuestion | None:
    """Return the question whether the feed that was read is the source's; None if it clearly is."""
    title = one_line(metadata.title or "", TITLE_LENGTH)
    # After an edit of sources.yaml another feed is what the operator wants.
    edited = state.fingerprint != source.fingerprint
    if state.first_read is None or edited or KINDS[source.kind].written_by_us or not entries:
        return None
    if _same_title(state.feed_metadata, metadata) or title == state.answers.feed:
        return None
    carriers = store.carriers.of_source(source.id)
    hosts = hosts_of(source, body_address, state.answers.hosts)
    if not carriers or _any_is_known(entries, carriers, store, now):
        return None
    if not (
        _other_hosts(entries, metadata, state, carriers, hosts)
        or _other_language(entries, metadata, state, carriers)
    ):
        return None
    before = next((one for one in state.questions if one.kind is QuestionKind.OTHER_FEED), None)
    return IdentityQuestion(
        kind=QuestionKind.OTHER_FEED,
        since=before.since if before else now,
        subject=title,
        refused=bool(before and before.refused and before.subject == title),
    )


def other_feed_failure(source: Source, question: IdentityQuestion) -> Failed:
    """Return why the source counts as not read."""
    return Failed(
        url=source.address,
        cause=Cause.OTHER_FEED,
        detail=f"'{question.subject}' answers, with another title and none of the items or hosts known",
        hint="open the address in a browser; if the publisher has lost it, correct sources.yaml",
    )


def _same_title(before: FeedMetadata, after: FeedMetadata) -> bool:
    return comparable_text(before.title or "") == comparable_text(after.title or "")


def _any_is_known(
    entries: Sequence[Entry], carriers: Iterable[Carrier], store: Transaction, now: datetime
) -> bool:
    """Return whether any item is known by its address or a name, or by its id or title and what it says.

    A number such as 7, or the title "Home", is in many feeds.
    """
    by_mark: dict[str, list[Entry]] = defaultdict(list)
    for carrier in carriers:
        for mark in _marks(carrier.entry):
            by_mark[mark].append(carrier.entry)
    if any(
        _says_the_same(entry, one) for entry in entries for mark in _marks(entry) for one in by_mark[mark]
    ):
        return True
    names = {name for entry in entries for name in entry.all_names if not name.startswith(NUMBER_PREFIXES)}
    return bool(store.names.resolve(names, now))


def _marks(entry: Entry) -> tuple[str, ...]:
    title = f"title:{comparable_text(entry.title)}"
    return (title, f"id:{entry.native_id}") if entry.native_id else (title,)


def _says_the_same(entry: Entry, before: Entry) -> bool:
    """Return whether two items with one id or title also have one date or text, or both id and title."""
    likeness = compare(entry, before)
    same_id = entry.native_id is not None and entry.native_id == before.native_id
    return likeness.same_date or likeness.alike_text or (same_id and likeness.alike_title)


def _other_hosts(
    entries: Sequence[Entry],
    metadata: FeedMetadata,
    state: SourceState,
    carriers: Iterable[Carrier],
    own: frozenset[str],
) -> bool:
    """Return whether no item is on a host where the source's were, or the feed names another site."""
    before = own | {authority_of(carrier.entry.url) for carrier in carriers}
    if before.isdisjoint(authority_of(entry.url) for entry in entries):
        return True
    site, former = (authority_of(one.link) for one in (metadata, state.feed_metadata))
    return bool(site and former and site != former and site not in own)


def _other_language(
    entries: Sequence[Entry], metadata: FeedMetadata, state: SourceState, carriers: Iterable[Carrier]
) -> bool:
    """Return whether the feed says another language, or all its items are in another one."""
    said, former = ((one.language or "").partition("-")[0].lower() for one in (metadata, state.feed_metadata))
    before = {carrier.entry.language for carrier in carriers}
    return bool(said and former and said != former) or before.isdisjoint(entry.language for entry in entries)
