"""Finds the documents that break a part of the work, by trying it with fewer documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final

# Documents are to blame only while they are few. More of them at once is a fault of the program, and to hide
# half the site would be worse than to leave it as it was.
MOST_CULPRITS: Final = 5
FEWEST_ALLOWED: Final = 3
# How many documents one search may blame: many more at once are the program's fault, and it must end.
MAX_FOUND: Final = 20


class TrialResult(StrEnum):
    """How a part of the work ended with some of the documents."""

    WORKS = "works"
    FAILS = "fails"
    # It has no place for these documents: no such file is made from them.
    ABSENT = "absent"


# Tries the part of the work with only these documents.
Try = Callable[[frozenset[str]], TrialResult]


def most_culprits(document_count: int) -> int:
    """Return how many of so many documents may be to blame."""
    return max(FEWEST_ALLOWED, document_count // MOST_CULPRITS)


def find_culprits(ids: Sequence[str], attempt: Try, most: int) -> frozenset[str]:
    """Return the documents without which the work succeeds; none if they are not to blame.

    `ids` are in the order in which they are trusted: where only two together fail, the later one is blamed.
    Halving costs about as much as three attempts with all documents for each culprit.
    """
    if attempt(frozenset()) is TrialResult.FAILS:
        return frozenset()
    culprits = frozenset(_failing_alone(ids, attempt, most))
    while len(culprits) <= most:
        rest = [id for id in ids if id not in culprits]
        trial = attempt(frozenset(rest))
        if trial is not TrialResult.FAILS:
            # Where every document of a file breaks it, the file is broken and not its documents.
            return frozenset() if trial is TrialResult.ABSENT and len(culprits) > 1 else culprits
        culprits |= {_first_to_fail(rest, attempt)}
    return frozenset()


def _failing_alone(ids: Sequence[str], attempt: Try, most: int) -> list[str]:
    """Return the documents that fail without any other; at most one more than `most`."""
    if attempt(frozenset(ids)) is not TrialResult.FAILS:
        return []
    if len(ids) == 1:
        return list(ids)
    middle = len(ids) // 2
    first = _failing_alone(ids[:middle], attempt, most)
    if len(first) > most:
        return first
    return first + _failing_alone(ids[middle:], attempt, most - len(first))


def _first_to_fail(ids: Sequence[str], attempt: Try) -> str:
    """Return the document with which the work begins to fail, the others being added one by one."""
    works, fails = 0, len(ids)
    while fails - works > 1:
        middle = (works + fails) // 2
        if attempt(frozenset(ids[:middle])) is TrialResult.FAILS:
            fails = middle
        else:
            works = middle
    return ids[fails - 1]
