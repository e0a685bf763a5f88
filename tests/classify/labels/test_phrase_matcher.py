"""Phrases are found in every form, and only the longest match counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.classify.labels.phrase_matcher import PhraseMatcher, longest_matches
from aggregator.classify.labels.tokeniser import tokenise, welsh_mutations
from aggregator.model import Phrase


def make_matcher(*phrases: str, welsh: bool = False) -> PhraseMatcher[str]:
    return PhraseMatcher((Phrase(words=words, welsh=welsh), words) for words in phrases)


def find_phrases(text: str, *phrases: str, welsh: bool = False) -> list[str]:
    return [match.phrase for match in make_matcher(*phrases, welsh=welsh).find(tokenise(text))]


@pytest.mark.parametrize(
    ("phrase", "text", "times"),
    [
        ("open data", "OPEN-DATA and open  data, ôpen dåta", 3),
        ("open data", "reopen data, open database, open. Data", 1),
        ("citizens assembly", "Citizens’ Assembly; the citizens' assembly; citizen's assembly", 2),
        ("OGP", "OGP, ogp and Ogp; OGPs", 1),
        ("whistleblow*", "whistleblowing, Whistleblowers, whistle", 2),
        ("NAP%", "NAP6 nap12 NAP NAPs", 2),
        ("over £%", "spend over £25,000 and over £500, over all", 2),
        ("^why", "Why we ask why", 1),
        ("data.gov.uk", "on data.gov.uk and data gov uk", 2),
        ("FOI release", "FOI release, foi release, FOI Release", 2),
    ],
)
def test_a_phrase_is_found_in_every_form_that_the_file_promises(phrase: str, text: str, times: int) -> None:
    assert find_phrases(text, phrase) == [phrase] * times


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("tryloywder", {"tryloywder", "dryloywder", "nhryloywder", "thryloywder"}),
        ("llywodraeth", {"llywodraeth", "lywodraeth"}),
        ("data", {"data", "ddata", "nata"}),
        ("gwybodaeth", {"gwybodaeth", "wybodaeth", "ngwybodaeth"}),
        ("cynllun", {"cynllun", "gynllun", "nghynllun", "chynllun"}),
        ("rhyddid", {"rhyddid", "ryddid"}),
        ("agored", {"agored", "hagored"}),
        ("senedd", {"senedd"}),
    ],
)
def test_welsh_initials_mutate(word: str, forms: set[str]) -> None:
    assert set(welsh_mutations(word)) == forms
    for form in forms:
        assert find_phrases(f"y {form}", word, welsh=True) == [word]


def test_only_the_longest_match_counts_and_two_that_overlap_both_do() -> None:
    matches = make_matcher("open", "open government", "government data", "open government").find(
        tokenise("open government data, open")
    )

    assert [(match.start, match.end) for match in longest_matches(matches)] == [
        (0, 2),
        (0, 2),
        (1, 3),
        (3, 4),
    ]


WORDS = st.sampled_from(["open", "data", "Open", "DATA", "government", "OGP", "x", "—", "6", "’s"])


@given(st.lists(WORDS, max_size=30), st.lists(WORDS, max_size=30))
def test_text_before_and_after_changes_no_match(before: list[str], after: list[str]) -> None:
    alone = find_phrases("open data", "open data")
    around = find_phrases(" ".join([*before, "|", "open data", "|", *after]), "open data")

    assert alone == ["open data"]
    assert "open data" in around


@given(st.text(max_size=300))
def test_any_text_has_as_many_original_as_folded_words(text: str) -> None:
    words = tokenise(text)

    assert len(words.original) == len(words.folded)
    assert find_phrases(text, "zzz zzz") == []


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6)), max_size=30))
def test_the_longest_matches_are_those_that_no_other_covers(spans: list[tuple[int, int]]) -> None:
    matches = [_match(start, start + length) for start, length in spans]

    longest = {(match.start, match.end) for match in longest_matches(matches)}

    ranges = {(match.start, match.end) for match in matches}
    covered = {
        one
        for one in ranges
        for other in ranges
        if other != one and other[0] <= one[0] and one[1] <= other[1]
    }
    assert longest == ranges - covered


def _match(start: int, end: int):  # type: ignore[no-untyped-def]  # its type is generic
    from aggregator.classify.labels.phrase_matcher import PhraseMatch  # noqa: PLC0415

    return PhraseMatch(start, end, "x", "x")
