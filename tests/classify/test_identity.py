"""The table of identity: each row of the docstring, and what counts as alike."""

from __future__ import annotations

import pytest

from aggregator.classify.identity import IdMatch, Likeness, LinkMatch, compare, is_same_document
from tests.support.builders import make_entry, moment

ANY = (
    Likeness(),
    Likeness(other_date=True),
    Likeness(alike_title=True),
    Likeness(alike_title=True, other_date=True),
    Likeness(same_title=True, alike_title=True, other_date=True),
    Likeness(same_title=True, alike_title=True, same_text=True, same_date=True),
)
NOTHING, REDATED, ALIKE, SERIES, SAME_TITLE, IDENTICAL = ANY
SAME, UNKNOWN, OTHER = IdMatch.SAME, IdMatch.UNKNOWN, IdMatch.OTHER
CURRENT, FORMER, ELSEWHERE = LinkMatch.CURRENT, LinkMatch.FORMER, LinkMatch.OTHER


@pytest.mark.parametrize(
    ("id", "link", "same"),
    [
        (SAME, CURRENT, ANY),
        (SAME, FORMER, ANY),
        (SAME, ELSEWHERE, (ALIKE, SAME_TITLE, IDENTICAL)),
        (UNKNOWN, CURRENT, (NOTHING, ALIKE, SERIES, SAME_TITLE, IDENTICAL)),
        (UNKNOWN, FORMER, (NOTHING, ALIKE, SERIES, SAME_TITLE, IDENTICAL)),
        (UNKNOWN, ELSEWHERE, (IDENTICAL,)),
        (OTHER, CURRENT, (ALIKE, SAME_TITLE, IDENTICAL)),
        (OTHER, FORMER, (ALIKE, IDENTICAL)),
        (OTHER, ELSEWHERE, ()),
    ],
)
def test_id_link_and_words_decide(id: IdMatch, link: LinkMatch, same: tuple[Likeness, ...]) -> None:
    assert tuple(one for one in ANY if is_same_document(id, link, one)) == same


LONG = "The forum met on Monday and spoke about the plan, its milestones and who carries each of them out."


@pytest.mark.parametrize(
    ("before", "after", "alike"),
    [
        ({"title": "Open government plan 2025"}, {"title": "Open government plan 2026"}, False),
        ({"title": "Minutes of the forum"}, {"title": "Minutes of the Forum (corrected)"}, True),
        ({"title": "Open government: join us"}, {"title": "Open government: have your say now"}, False),
        ({"title": "Join", "text": "Words."}, {"title": "Plan", "text": "Words."}, False),
        ({"title": "Join", "text": LONG}, {"title": "Plan", "text": LONG + " And more."}, True),
        ({"title": "Join", "text": "a b"}, {"title": "Plan", "text": "c d", "language": "cy"}, True),
    ],
)
def test_titles_texts_and_languages_tell_whether_two_are_alike(
    before: dict[str, str], after: dict[str, str], alike: bool
) -> None:
    one = make_entry(**{"text": "before", **before}, published=moment("2026-06-01 09:00"))
    other = make_entry(**{"text": "after", **after}, published=moment("2026-06-09 09:00"))

    assert compare(one, other).alike is alike
    assert compare(other, one).alike is alike
