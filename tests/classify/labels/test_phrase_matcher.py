"""Phrases are found whatever their form, in time that is linear in the text, and only the longest counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.classify.labels.phrase_matcher import PhraseMatcher, longest_matches
from aggregator.classify.labels.tokeniser import tokenise, welsh_mutations
from aggregator.model import Phrase


def finder(*phrases: str, welsh: bool = False) -> PhraseMatcher[str]:
    return PhraseMatcher((Phrase(words=words, welsh=welsh), words) for words in phrases)


def found(text: str, *phrases: str, welsh: bool = False) -> list[str]:
    return [hit.phrase for hit in finder(*phrases, welsh=welsh).find(tokenise(text))]


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
    assert found(text, phrase) == [phrase] * times


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
        assert found(f"y {form}", word, welsh=True) == [word]


def test_only_the_longest_counts_and_two_that_overlap_both_do() -> None:
    hits = finder("open", "open government", "government data", "open government").find(
        tokenise("open government data, open")
    )

    assert [(hit.start, hit.end) for hit in longest_matches(hits)] == [(0, 2), (0, 2), (1, 3), (3, 4)]


WORDS = st.sampled_from(["open", "data", "Open", "DATA", "government", "OGP", "x", "—", "6", "’s"])


@given(st.lists(WORDS, max_size=30), st.lists(WORDS, max_size=30))
def test_what_stands_before_and_after_changes_no_hit(before: list[str], after: list[str]) -> None:
    alone = found("open data", "open data")
    around = found(" ".join([*before, "|", "open data", "|", *after]), "open data")

    assert alone == ["open data"]
    assert "open data" in around


@given(st.text(max_size=300))
def test_any_text_is_cut_into_as_many_written_as_folded_words(text: str) -> None:
    words = tokenise(text)

    assert len(words.original) == len(words.folded)
    assert found(text, "zzz zzz") == []


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6)), max_size=30))
def test_the_longest_are_those_that_no_other_covers(spans: list[tuple[int, int]]) -> None:
    hits = [_hit(start, start + length) for start, length in spans]

    kept = {(hit.start, hit.end) for hit in longest_matches(hits)}

    ranges = {(hit.start, hit.end) for hit in hits}
    covered = {
        one
        for one in ranges
        for other in ranges
        if other != one and other[0] <= one[0] and one[1] <= other[1]
    }
    assert kept == ranges - covered


def _hit(start: int, end: int):  # type: ignore[no-untyped-def]  # the hit's own type is generic
    from aggregator.classify.labels.phrase_matcher import PhraseMatch  # noqa: PLC0415

    return PhraseMatch(start, end, "x", "x")
