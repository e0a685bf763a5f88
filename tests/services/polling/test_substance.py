"""Changes of substance: pairs of responses that a person has classified, run through all stages.

Each pair is polled twice, and a third time hours later, because a removal is announced only then. The
person's decision comes first: if the program decides otherwise, the program is wrong.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.model import Document
from aggregator.store import open_store
from tests.services.polling.pairs.documents import CONTENT, DOCUMENTS, NOTE, STAMP
from tests.services.polling.pairs.feeds import FEEDS
from tests.services.polling.pairs.form import Form, Pair
from tests.services.polling.pairs.govuk_feeds import FINDER, GOVUK_FEEDS, ORGANISATION
from tests.services.polling.pairs.pages import GROUP, PAGES
from tests.services.polling.pairs.posts import POSTS
from tests.services.stage import PollingBench
from tests.support.builders import NOON

HOUR = timedelta(hours=1)
TITLE = "Example: openness in 2026-27"
PAIRS = (*GOVUK_FEEDS, *FEEDS, *DOCUMENTS, *PAGES, *POSTS)


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store without documents, made once: creating its tables would take most of the time of a pair."""
    path = tmp_path_factory.mktemp("empty") / "store.db"
    with open_store(f"sqlite:///{path}"):
        pass
    return path


class Play:
    """Polls a publisher's form repeatedly."""

    def __init__(self, stage: PollingBench) -> None:
        self._stage = stage

    def poll(self, form: Form, hours: int, edits: dict[str, str]) -> Document:
        """The one stored document after this poll."""
        self._stage.sources = (form.source,)
        outcome = self._stage.poll(NOON + hours * HOUR, form.served(edits))[form.source.id]
        assert (outcome.bug, outcome.failure, outcome.rejected) == (None, None, 0)
        (document,) = self._stage.store.documents.all()
        return document

    def revised_parts(self, pair: Pair) -> tuple[tuple[str, ...], ...]:
        """The parts of each revision that the second response makes."""
        self._stage.sources = (pair.form.source,)
        for hours, served in ((0, pair.before()), (1, pair.after()), (5, pair.after())):
            outcome = self._stage.poll(NOON + hours * HOUR, served)[pair.form.source.id]
            assert (outcome.bug, outcome.failure) == (None, None)
        (document,) = self._stage.store.documents.all()
        (carrier,) = document.carriers
        return tuple(revision.parts for revision in carrier.revisions[1:])


@pytest.fixture
def play(empty_store: Path, tmp_path: Path) -> Iterator[Play]:
    shutil.copy(empty_store, tmp_path / "store.db")
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        yield Play(PollingBench(store, ()))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_a_pair_is_decided_as_a_person_decides_it(pair: Pair, play: Play) -> None:
    assert play.revised_parts(pair) == ((pair.changed,) if pair.changed else ()), pair.why


def test_there_are_pairs_of_both_kinds_each_with_a_name_of_its_own_and_a_reason() -> None:
    assert len({pair.name for pair in PAIRS}) == len(PAIRS)
    assert all(pair.why.endswith(".") for pair in PAIRS)
    assert sum(bool(pair.changed) for pair in PAIRS) >= 40
    assert sum(not pair.changed for pair in PAIRS) >= 40
    assert {part for pair in PAIRS for part in pair.changed} == {
        *("title", "text", "status", "opening date", "closing date", "dated facts", "attachments"),
        *("updated", "removed"),
    }


def test_a_milestone_that_moves_and_moves_back_is_three_revisions(play: Play) -> None:
    """The page had three texts, one after the other. The third is the first again, but still a revision."""
    moved = {"31 March 2026": "30 April 2026"}
    play.poll(GROUP, 0, {})
    play.poll(GROUP, 1, moved)
    revisions = play.poll(GROUP, 2, {}).carriers[0].revisions

    assert [revision.parts for revision in revisions] == [(), ("text",), ("text",)]
    assert [revision.entry.text.count("31 March 2026") for revision in revisions] == [1, 0, 1]


def test_a_revision_has_the_publishers_own_note(play: Play) -> None:
    play.poll(CONTENT, 0, {})
    document = play.poll(CONTENT, 1, STAMP | NOTE | {"Unit asks.": "Unit asks again."})

    assert [(r.parts, r.note) for r in document.carriers[0].revisions[1:]] == [
        (("text", "updated"), "Added a second annex."),
    ]


def test_the_two_feed_families_of_gov_uk_give_one_document_and_no_revision(play: Play) -> None:
    """One writes the type before the title, the other shortens the summary. Neither is another document."""
    same = {"publications/example": "consultations/example", "Example: open government": TITLE}
    for hours in (0, 2, 4):
        play.poll(ORGANISATION, hours, {})
        play.poll(FINDER, hours + 1, same)
    document = play.poll(FINDER, 6, same)

    assert document.entry.title == TITLE
    assert [len(carrier.revisions) for carrier in document.carriers] == [1, 1]
