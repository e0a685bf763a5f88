"""Tells a document from what a site shows in its place with status 200: a bot check, an error, a home page.

No phrase decides alone. What counts is how a page compares with what was there before, and with what stands
at other addresses of the site.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from aggregator.classify.removals import CONFIRM_AFTER
from aggregator.classify.wording.order import read_blocks
from aggregator.classify.wording.texts import RUN, WORD, passages
from aggregator.classify.wording.typography import comparable_text
from aggregator.classify.wording.vocabulary import words
from aggregator.model import Carrier, Entry, PendingRevision, Removal, RemovalKind, Source
from aggregator.model.kinds import KINDS
from aggregator.values.web_addresses import host_of

# The share of the known passages that an edit leaves.
KEPT_SHARE: Final = 0.2
# Many pages have the site's menus and footer in their text, and so has what stands in their place. So it also
# counts what takes the place of so much of the words, and how much of their subjects it has.
REPLACED_SHARE: Final = 0.2
SUBJECTS_KEPT: Final = 0.2
# A page that keeps less than this, and has nothing long in its place, shrank.
SHRUNK_SHARE: Final = 0.5
# So many subjects of a document, and this share of them, make a page of another title the same document.
SUBJECTS_IN_COMMON: Final = 3
# The share that makes what stands in place of a document the same as at the look before.
LIKE_SHARE: Final = 0.5
# Words of a text that may be a notice of a server; words that say nothing about what a page is about.
FEW_WORDS: Final = 60
LONG_WORD: Final = re.compile(r"[^\W\d_]{4,}")
EVERYWHERE: Final = words(
    """
    about after again also back been before being check contact could each else error find from have
    help here home into just list main menu more most much next only other over page pages please return
    search should site some soon such than thank that their them then there these they this those time
    under very visit want website welcome well were what when where which while will with would your
    """
)
# Phrases of servers, as one sign among others.
SERVER_WORDS: Final = re.compile(
    r"\b(?:try (?:again|later)|unavailable|not available|maintenance|not found|can(?:no|')t (?:be )?"
    r"f(?:ind|ound)|javascript|cookies|robot|verif\w+|log ?in|sign ?in|password|for sale|expired|forbidden"
    r"|denied|blocked"
    r"|technical (?:difficult\w+|problem\w*)|something went wrong|unexpected|back (?:soon|shortly)"
    r"|ddim ar gael)\b"
)
# What software shows in place of the words of an author who withdrew them.
NOTICE: Final = re.compile(
    r"\b(?:post|topic|message|comment|reply|content|article|item|page|entry|text|thread|neges|sylw)s?\b.{0,40}"
    r"\b(?:deleted|removed|withdrawn|retracted|hidden|unsent|taken down|no longer available|d?dil[eë]u"
    r"|dynnu)\b"
    r"|^\W*(?:deleted|removed|withdrawn|retracted)(?: by (?:the |its |their )?(?:author|user|owner"
    r"|moderators?|administrators?|staff))?\W*$"
    # In either order: what was done, and by whom.
    r"|^(?=.*\b(?:deleted|removed|withdrawn|retracted|hidden|flagged|dil[eë]\w+|tynnwyd)\b)"
    r"(?=.*\b(?:author|user|moderator|community|awdur)\b)"
)
NOTICE_WORDS: Final = 14
BRACKETS: Final = re.compile(r"[(\[].*[)\]]\.?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """The entries of a poll that may be compared with those stored, and what is kept back of the others."""

    entries: tuple[Entry, ...] = ()
    # What stands in place of documents, by id; None for a document that is there again.
    pending: Mapping[str, PendingRevision | None] = field(default_factory=dict)
    # Documents whose words were withdrawn, by id: a notice stands in their place.
    withdrawn: Mapping[str, Removal] = field(default_factory=dict)


def believe_pages(
    source: Source,
    entries: Sequence[Entry],
    own: Mapping[str, Carrier],
    elsewhere: Sequence[Carrier],
    now: datetime,
) -> Believed:
    """Return what of a poll may be compared, given the source's carriers and those with something pending.

    Something unlike the document waits for a second look, hours later, that finds it still there. What stands
    at several addresses of a host at once, or is a notice of a server, waits until the operator accepts it.
    """
    shared = _shared_texts(entries) if source.selectors.details else frozenset()
    kept: list[Entry] = []
    pending: dict[str, PendingRevision | None] = {}
    withdrawn: dict[str, Removal] = {}
    for entry in entries:
        carrier = own.get(entry.id)
        if entry.removal or entry.partial:
            kept.append(entry)
        elif not KINDS[source.kind].reads_pages:
            noticed = is_notice(entry, carrier.entry if carrier else None)
            withdrawn |= _withdrawal(entry) if noticed and carrier else {}
            entry_left = replace(entry, summary="", content="", text="") if noticed else entry
            kept += [] if entry.id in withdrawn else [entry_left]
        else:
            believed, waiting = _believe(entry, carrier, shared, elsewhere, now)
            kept += believed
            pending |= waiting
    return Believed(entries=tuple(kept), pending=pending, withdrawn=withdrawn)


def _withdrawal(entry: Entry) -> dict[str, Removal]:
    return {entry.id: Removal(kind=RemovalKind.WITHDRAWN, note=entry.text)}


def _believe(
    entry: Entry,
    carrier: Carrier | None,
    shared: Collection[str],
    elsewhere: Sequence[Carrier],
    now: datetime,
) -> tuple[list[Entry], dict[str, PendingRevision | None]]:
    """Return what of a page may be compared, and what waits in its place."""
    if comparable_text(entry.text) in shared and not _says_so_already(entry, carrier):
        return ([] if carrier else [_without_text(entry)]), {}
    if carrier is None or not is_unlike(entry, carrier.entry):
        return [entry], {entry.id: None} if carrier and carrier.pending_revision else {}
    waiting = _pending(entry, carrier.pending_revision, now)
    if _is_confirmed(waiting, entry, carrier.entry, _texts_on_host(entry, elsewhere, now), now):
        return [entry], {entry.id: None}
    return [], {entry.id: waiting}


def _says_so_already(entry: Entry, carrier: Carrier | None) -> bool:
    return carrier is not None and comparable_text(carrier.entry.text) == comparable_text(entry.text)


def is_unlike(entry: Entry, before: Entry) -> bool:
    """Return whether nearly nothing of a text is left: it was replaced, or shrank to a few lines."""
    text, known = comparable_text(entry.text), comparable_text(before.text)
    if text == known or not known or before.partial:
        return False
    kept = _share_kept(known, text)
    return kept < KEPT_SHARE or _is_replaced(entry, before, kept)


def _is_replaced(entry: Entry, before: Entry, kept: float) -> bool:
    """Return whether all but the frame of a page was replaced, as far as its blocks tell."""
    if not entry.content or not before.content:
        return False
    lost, brought = _words(_text_lost(before, entry)), _words(_text_lost(entry, before))
    if not lost:
        return False
    if _have_nothing_in_common(entry.title, before.title):
        return True
    text, known = _words(entry.text), _words(before.text)
    if len(lost) < REPLACED_SHARE * len(known):
        return False
    if kept < SHRUNK_SHARE and len(text) < SHRUNK_SHARE * len(known):
        return True
    return bool(brought) and _share_of_subjects(lost, brought) < SUBJECTS_KEPT


def _text_lost(before: Entry, after: Entry) -> str:
    """Return the blocks that an entry has, and the one after it has not."""
    blocks, others = (Counter(text for _, text in read_blocks(entry.content)) for entry in (before, after))
    return " ".join((blocks - others).elements())


def _words(text: str) -> list[str]:
    return WORD.findall(comparable_text(text))


def _have_nothing_in_common(one: str, other: str) -> bool:
    subjects, others = (set(_subject_words(_words(title))) for title in (one, other))
    return subjects.isdisjoint(others)


def _share_of_subjects(known: Sequence[str], words: Sequence[str]) -> float:
    subjects, others = set(_subject_words(known)), set(_subject_words(words))
    return len(subjects & others) / len(subjects)


def is_notice(entry: Entry, before: Entry | None) -> bool:
    """Return whether a text is no more than the notice that its author withdrew it.

    Of a document that is new only brackets tell it from what somebody writes about a removal.
    """
    text = comparable_text(entry.text)
    if not NOTICE.search(text) or len(WORD.findall(text)) > NOTICE_WORDS:
        return False
    if before and text == comparable_text(before.text):
        return False
    return BRACKETS.fullmatch(text) is not None or (before is not None and is_unlike(entry, before))


def _share_kept(known: str, text: str) -> float:
    """Return how much of a known text is in another: by runs of words, or the words of a few."""
    words, others = WORD.findall(known), WORD.findall(text)
    if len(words) < RUN * 4:
        runs, other_runs = _subject_words(words), _subject_words(others)
    else:
        runs, other_runs = passages(known), passages(text)
    return (runs & other_runs).total() / (runs.total() or 1)


def _subject_words(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    subjects = [word for word in words if len(word) > RUN and word not in EVERYWHERE]
    return Counter((word,) for word in subjects or words)


def _pending(entry: Entry, before: PendingRevision | None, now: datetime) -> PendingRevision:
    """Return what waits: since when it is there, if this is what was there at the last look."""
    if before and (before.accepted or not _is_other(before.text, entry.text)):
        return replace(before, title=entry.title, text=entry.text)
    return PendingRevision(since=now, title=entry.title, text=entry.text)


def _is_other(one: str, other: str) -> bool:
    text, known = comparable_text(other), comparable_text(one)
    return text != known and min(_share_kept(known, text), _share_kept(text, known)) < LIKE_SHARE


def _is_confirmed(
    waiting: PendingRevision, entry: Entry, before: Entry, others: Collection[str], now: datetime
) -> bool:
    if waiting.accepted:
        return True
    lasting = now - waiting.since >= CONFIRM_AFTER
    return lasting and comparable_text(entry.text) not in others and not _is_of_a_server(entry, before)


def _is_of_a_server(entry: Entry, before: Entry) -> bool:
    """Return whether a text has nothing to do with the document, or is short and speaks as servers do."""
    text = _text_lost(entry, before) or comparable_text(entry.text)
    known_text = _text_lost(before, entry) or before.text
    host, words = host_of(entry.url), _words(text)
    subjects = _subjects([*_words(entry.title), *words], host)
    known = _subjects([*_words(before.title), *_words(known_text)], host)
    common = len(subjects & known)
    other_title = _have_nothing_in_common(entry.title, before.title)
    if len(words) <= FEW_WORDS:
        # One word in common, such as `council`, is chance.
        is_unrelated = common <= other_title or not _subjects(words, host)
        return is_unrelated or SERVER_WORDS.search(text) is not None
    return other_title and common < max(SUBJECTS_IN_COMMON, len(known) * SUBJECTS_KEPT)


def _subjects(words: Iterable[str], host: str) -> set[str]:
    return {
        word for word in words if LONG_WORD.fullmatch(word) and word not in EVERYWHERE and word not in host
    }


def _texts_on_host(entry: Entry, elsewhere: Iterable[Carrier], now: datetime) -> set[str]:
    """Return the texts that stand in place of other documents of the host."""
    host = host_of(entry.url)
    # Polls of one instant come in any order, so what they found does not count yet.
    return {
        comparable_text(one.pending_revision.text)
        for one in elsewhere
        if one.pending_revision
        and one.pending_revision.since < now
        and one.entry.id != entry.id
        and host_of(one.entry.url) == host
    }


def _shared_texts(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the texts that several pages of one list have: a list of documents has them apart.

    Pages with files, dates or hardly a word may well be alike.
    """
    plain = [
        one for one in entries if not (one.partial or one.removal or one.closes or one.opens or one.links)
    ]
    uses = Counter(comparable_text(entry.text) for entry in plain)
    return frozenset(text for text, number in uses.items() if number > 1 and len(WORD.findall(text)) > RUN)


def _without_text(entry: Entry) -> Entry:
    """Return a new entry as its list tells of it, without what its page said."""
    return replace(entry, summary="", content="", text="", partial=True)
