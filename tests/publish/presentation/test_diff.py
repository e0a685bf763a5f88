"""Changed sentences side by side: only what differs, compared word by word where they are alike."""

from __future__ import annotations

from aggregator.publish.presentation.diff import MAX_COMPARED_LENGTH, DiffSpan, sentence_changes


def changes_with_brackets(before: str, after: str) -> list[tuple[str, str]]:
    """Each changed sentence before and after, with what differs in brackets."""
    return [
        (" ".join(map(in_brackets, change.before)), " ".join(map(in_brackets, change.after)))
        for change in sentence_changes(before, after)
    ]


def in_brackets(span: DiffSpan) -> str:
    return f"[{span.text}]" if span.differs else span.text


def test_equal_sentences_are_left_out_and_changed_ones_compared_word_by_word() -> None:
    assert changes_with_brackets(
        "It begins. Five commitments stand. It ends.", "It begins. Six commitments stand. It ends."
    ) == [("[Five] commitments stand.", "[Six] commitments stand.")]


def test_an_added_or_removed_sentence_has_nothing_on_the_other_side() -> None:
    assert changes_with_brackets("One. Two.", "One.") == [("[Two.]", "")]
    assert changes_with_brackets("One.", "One. Two.") == [("", "[Two.]")]
    assert changes_with_brackets("", "One.") == [("", "[One.]")]


def test_sentences_that_share_nothing_are_one_removed_and_one_added() -> None:
    assert changes_with_brackets("The old paragraph was here.", "Something else entirely now stands.") == [
        ("[The old paragraph was here.]", "[Something else entirely now stands.]")
    ]


def test_white_space_is_no_difference() -> None:
    assert changes_with_brackets("One.\n\nTwo  words.", "One. Two words.") == []
    assert changes_with_brackets("", "") == []


def test_only_the_start_of_an_endless_text_is_compared() -> None:
    assert changes_with_brackets("a " * MAX_COMPARED_LENGTH, "a " * MAX_COMPARED_LENGTH + "b") == []
