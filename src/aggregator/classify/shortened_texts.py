"""Keeps the words of a document when a source tells less of it than before.

Software cuts feeds to excerpts and back, and two servers of one site may be set differently.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from aggregator.classify.wording.order import read_blocks
from aggregator.classify.wording.texts import Wording
from aggregator.classify.wording.typography import ELLIPSIS, comparable_text
from aggregator.model import Entry, Source
from aggregator.model.kinds import KINDS

# A feed that gives the beginning of a text, and less than this share of it, gives an excerpt.
EXCERPT_SHARE: Final = 0.5
# Words of the link behind an excerpt, such as `Continue reading`.
MAX_LINK_WORDS: Final = 8


def keep_words(source: Source, entry: Entry, before: Entry, wording: Wording, known: Wording) -> Entry:
    """Return the entry with the words that the source gave before, where it gives fewer or the same now.

    `wording` and `known` are those of the two entries.
    """
    if _is_shorter(entry, before, is_feed=KINDS[source.kind].in_opml):
        return _with_files_of(before, _with_words_of(before, entry))
    if before.content and not entry.content and _differs(entry, before):
        # Only the summary is given now, and it is another one.
        return replace(entry, content=before.content, text=_joined(entry.summary, before))
    one, other = comparable_text(entry.text), comparable_text(before.text)
    is_longer = other.endswith(ELLIPSIS) and len(one) > len(other)
    if one != other and not is_longer and wording.says_the_same_as(known):
        # Nothing but a counter, a date or the order differs, and will differ at each look.
        return _with_words_of(before, entry)
    return entry


def adds_content(entry: Entry, before: Entry) -> bool:
    """Return whether the source gave a summary before, and now gives the text with it."""
    same = comparable_text(entry.summary) == comparable_text(before.summary) != ""
    return bool(entry.content and not before.content and same)


def _is_shorter(entry: Entry, before: Entry, *, is_feed: bool) -> bool:
    if not before.text or entry.removal:
        return False
    new, old = _start(entry.text), comparable_text(before.text)
    if new in ("", _start(entry.title)):
        return True
    if before.content and _own_text(before) == _own_text(entry) and new == _own_text(entry):
        # Only the summary is gone.
        return is_feed and new != old
    is_part = new in old or _start(before.summary) in _own_text(before)
    if before.content and not entry.content:
        return is_part
    return is_feed and old.startswith(new) and len(new) < len(old) * EXCERPT_SHARE


def _differs(entry: Entry, before: Entry) -> bool:
    return _start(entry.summary) != _start(before.summary)


def _start(text: str) -> str:
    """Return a text without the `… Read more` at its end."""
    plain = comparable_text(text)
    start, _, tail = plain.rpartition(ELLIPSIS)
    return (start if start and len(tail.split()) <= MAX_LINK_WORDS else plain).rstrip()


def _own_text(entry: Entry) -> str:
    """Return the text of the content alone, in comparable form."""
    return " ".join(text for _, text in read_blocks(entry.content) if text)


def _joined(summary: str, before: Entry) -> str:
    rest = before.text.removeprefix(before.summary).strip()
    return f"{summary} {rest}".strip()


def _with_words_of(before: Entry, entry: Entry) -> Entry:
    """Return the entry with the text of `before`."""
    return replace(entry, summary=before.summary, content=before.content, text=before.text)


def _with_files_of(before: Entry, entry: Entry) -> Entry:
    """Return the entry with the files of `before` if it has none: they may stand in the text."""
    if any(link.rel == "enclosure" for link in entry.links):
        return entry
    files = tuple(link for link in before.links if link.rel == "enclosure")
    return replace(entry, links=(*entry.links, *files))
