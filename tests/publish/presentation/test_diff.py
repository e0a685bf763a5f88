"""Side by side: only what differs, sentence beside sentence, word by word where they are alike."""

from __future__ import annotations

from aggregator.publish.presentation.diff import LONGEST, Piece, side_by_side


def shown(before: str, after: str) -> list[tuple[str, str]]:
    """Each row as two texts, with what differs in brackets."""
    return [
        (" ".join(map(marked, row.before)), " ".join(map(marked, row.after)))
        for row in side_by_side(before, after)
    ]


def marked(piece: Piece) -> str:
    return f"[{piece.words}]" if piece.differs else piece.words


def test_what_both_have_is_left_out_and_words_are_compared() -> None:
    assert shown(
        "It begins. Five commitments stand. It ends.", "It begins. Six commitments stand. It ends."
    ) == [("[Five] commitments stand.", "[Six] commitments stand.")]


def test_what_was_added_or_taken_out_stands_alone() -> None:
    assert shown("One. Two.", "One.") == [("[Two.]", "")]
    assert shown("One.", "One. Two.") == [("", "[Two.]")]
    assert shown("", "One.") == [("", "[One.]")]


def test_sentences_that_share_nothing_are_one_gone_and_one_new() -> None:
    assert shown("The old paragraph was here.", "Something else entirely now stands.") == [
        ("[The old paragraph was here.]", "[Something else entirely now stands.]")
    ]


def test_white_space_and_the_same_text_are_no_difference() -> None:
    assert shown("One.\n\nTwo  words.", "One. Two words.") == []
    assert shown("", "") == []


def test_only_the_beginning_of_an_endless_text_is_compared() -> None:
    assert shown("a " * LONGEST, "a " * LONGEST + "b") == []
