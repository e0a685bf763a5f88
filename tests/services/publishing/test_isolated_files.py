"""One document that breaks something is left out and set aside; everything else is published as before."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.config import Config
from aggregator.config.settings import load_settings
from aggregator.deliver.digest import compose, weeks
from aggregator.due_work import Services
from aggregator.errors import PublishError
from aggregator.model import (
    Document,
    Entry,
    Moment,
    Phrase,
    Precision,
    SourceState,
    Strength,
    Topic,
    Vocabulary,
)
from aggregator.model.faults import FaultKind
from aggregator.observe import board
from aggregator.publish.calendar import events
from aggregator.publish.feeds import history
from aggregator.publish.hosting import host_files
from aggregator.publish.presentation.paths import document_page_path
from aggregator.publish.site import listing_pages, render
from aggregator.services.publishing.issue_digests import issue_digests
from aggregator.services.publishing.loss import LOSS_KEY
from aggregator.services.publishing.publisher import Publisher
from aggregator.store import Store, open_store
from tests.store.values import make_change, save_changes
from tests.support.builders import NOON, make_body, make_entry, make_source, moment

VOCABULARY = Vocabulary(
    topics=(Topic(id="openness", name="openness", phrases={Strength.SURE: (Phrase(words="scheme"),)}),)
)
LATER = NOON + timedelta(minutes=10)
COUNT = 10
END_OF_TIME = Moment(at=datetime(9999, 12, 31, tzinfo=UTC), precision=Precision.DAY)
NOTICE = b"This document could not be shown"


class Stage:
    """A store with ten documents in a file, published into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with self.open() as store:
            entries = [
                make_entry(
                    f"https://www.gov.uk/{n}",
                    title=f"A scheme, part {n}",
                    closes=moment(f"2026-06-{n + 10}", Precision.DAY),
                )
                for n in range(COUNT)
            ]
            save_changes(store, *(make_change(entry) for entry in entries))
            self.services(store).labelling.relabel(NOON)
            self.documents = store.documents.all()

    def open(self) -> Store:
        return open_store(f"sqlite:///{self.folder}/store.db")

    def config(self, output: str = "output") -> Config:
        settings = load_settings().model_copy(update={"output": str(self.folder / output)})
        return Config(
            settings=settings,
            bodies={"cabinet-office": make_body()},
            sources=(make_source(),),
            vocabulary=VOCABULARY,
            roles=(),
        )

    def services(self, store: Store) -> Services:
        return Services(config=self.config(), store=store, clock=lambda: NOON)

    def publish(self, at: datetime, output: str = "output", **options: Any) -> dict[str, bytes]:
        """Publish as a new process does; return every file."""
        with self.open() as store:
            self.services(store).labelling.relabel(at)
            Publisher(self.config(output), store).publish(at, **options)
        return self.files(output)

    def files(self, output: str = "output") -> dict[str, bytes]:
        folder = self.folder / output
        files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".published")
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    def faults(self) -> list[tuple[FaultKind, str]]:
        with self.open() as store:
            return [(fault.kind, fault.key) for fault in store.faults.all()]


def set_first_read(store: Store) -> None:
    """So that there are digests of the week of NOON and later."""
    with store.transaction() as transaction:
        first = NOON - timedelta(days=1)
        transaction.sources.save_state(
            SourceState(source="cabinet-office", first_read=first, last_read=first)
        )


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def failing_for(function: Callable[..., Any], id: str) -> Callable[..., Any]:
    """The function with a bug: it raises for one document."""

    def broken(*args: Any, **named: Any) -> Any:
        for arg in (*args, *named.values()):
            entry = arg.entry if isinstance(arg, Document) else arg
            if isinstance(entry, Entry) and entry.id == id:
                raise ZeroDivisionError("a bug for one document")
        return function(*args, **named)

    return broken


PLACES: tuple[tuple[Any, str], ...] = (
    (render, "document_page_values"),  # its own page, made when it is written
    (render, "document_page_path"),  # while files are listed
    (history, "document_item"),  # feeds
    (events, "_closing_events"),  # calendars
    (host_files, "archive_month_of"),  # sitemaps
    (listing_pages, "archive_month_of"),
    (board, "certainly_public"),  # the board, and with it the snapshot
    (compose, "_heading"),  # the digest of the open week
)


@pytest.mark.parametrize("seed", range(2))
def test_one_of_ten_that_raises_anywhere_is_left_out_until_it_no_longer_does(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  # a choice that a failing run can repeat
    bad = chance.choice(stage.documents)
    whole = stage.publish(NOON, "undisturbed")

    with monkeypatch.context() as bugs:
        for module, name in chance.sample(PLACES, 3):
            bugs.setattr(module, name, failing_for(getattr(module, name), bad.entry.id))
        published = stage.publish(NOON)
        again = stage.publish(NOON + timedelta(minutes=9))
        aside = stage.faults()

    assert aside == [(FaultKind.DOCUMENT, bad.entry.id)]
    page = document_page_path(bad.entry)
    assert published.keys() == whole.keys()
    assert NOTICE in published[page]
    assert bad.entry.title.encode() in published[page]
    assert again[page] == published[page]
    for other in stage.documents:
        if other.entry.id != bad.entry.id:
            path = document_page_path(other.entry)
            assert published[path] == whole[path]
        ours = other.entry.id.encode() in published["all.atom"]
        assert ours == (other.entry.id != bad.entry.id)

    assert stage.publish(LATER) == stage.publish(LATER, "undisturbed")
    assert NOTICE not in stage.files()[page]
    assert stage.faults() == []


def test_where_no_document_is_to_blame_the_file_keeps_its_bytes_and_all_others_are_published(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.publish(NOON - timedelta(days=1))
    old = stage.files()["index.html"]
    whole = stage.publish(NOON, "undisturbed")
    render_as_it_is = render._render

    def broken(template: str, *args: Any, **named: Any) -> bytes:
        if template in {"index.html.j2", "browse.html.j2"}:
            raise ZeroDivisionError("a bug of a page")
        return render_as_it_is(template, *args, **named)

    with monkeypatch.context() as bug:
        bug.setattr(render, "_render", broken)
        bug.setattr(render, "_front_page", lambda snapshot: broken("index.html.j2"))
        published = stage.publish(NOON)

    assert stage.faults() == [(FaultKind.PAGE, "browse.html"), (FaultKind.PAGE, "index.html")]
    assert published == whole | {"index.html": old, "browse.html": published["browse.html"]}
    assert published["index.html"] != whole["index.html"]
    assert stage.publish(LATER) == stage.publish(LATER, "undisturbed")
    assert stage.faults() == []


def test_a_bug_that_breaks_every_document_hides_none(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stage.publish(NOON)

    with monkeypatch.context() as bug:
        bug.setattr(render, "common_fingerprint", lambda snapshot: "another version")
        bug.setattr(render, "document_page_values", lambda *_: 1 / 0)
        published = stage.publish(LATER)

    pages = {path for path in before if path.startswith("entries/")}
    assert {path: published[path] for path in pages} == {path: before[path] for path in pages}
    assert set(stage.faults()) == {(FaultKind.PAGE, path) for path in pages}


def test_a_closing_date_at_the_end_of_time_stops_neither_site_nor_export_nor_digest(stage: Stage) -> None:
    # No fake: the calendar adds a day to this one, and there is none.
    entry = make_entry("https://www.gov.uk/last", title="A scheme without end", closes=END_OF_TIME)
    with stage.open() as store:
        save_changes(store, make_change(entry))
        set_first_read(store)

    published = stage.publish(NOON)
    with stage.open() as store:
        services = stage.services(store)
        digests = issue_digests(services.config, store, NOON + timedelta(days=7))
        services.publisher.export(stage.folder / "export", NOON)

    assert NOTICE in published[document_page_path(entry)]
    assert b"part 3" in published["calendar.ics"]
    assert b"without end" not in published["calendar.ics"]
    assert stage.faults() == [(FaultKind.DOCUMENT, entry.id)]
    weekly = next(digest for digest in digests if "W" in digest.period)
    titles = [item.title for section in weekly.sections for item in section.items]
    assert len(titles) == COUNT + 1
    assert "A scheme without end" not in titles
    assert "part 3" in (stage.folder / "export/entries.csv").read_text()


def test_a_digest_that_cannot_be_composed_is_set_aside_and_the_others_are_issued(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = NOON + timedelta(days=14)
    window = weeks.digest_window
    with stage.open() as store:
        set_first_read(store)
        config = stage.config()
        with monkeypatch.context() as bug:
            bug.setattr(
                compose,
                "digest_window",
                lambda period, zone: window(period, zone) if period != "2026-W23" else 1 / 0,
            )
            issued = {digest.period for digest in issue_digests(config, store, after)}
        aside = stage.faults()
        late = issue_digests(config, store, after + timedelta(minutes=10))

    assert {"2026-W24", "2026-06-17"} <= issued
    assert aside == [(FaultKind.DIGEST, "2026-W23")]
    assert [digest.period for digest in late] == ["2026-W23"]
    assert stage.faults() == []


def test_the_site_stays_when_over_a_fifth_of_the_documents_is_gone_until_the_operator_agrees(
    stage: Stage,
) -> None:
    before = stage.publish(NOON)
    for path in stage.folder.glob("store.db*"):
        path.unlink()
    with stage.open() as store:
        save_changes(store, *(make_change(one.entry) for one in stage.documents[:7]))

    with pytest.raises(PublishError, match=r"10 documents .* has 7 now.*aggregator publish --accept-loss"):
        stage.publish(LATER)

    assert stage.files() == before
    assert stage.faults() == [(FaultKind.JOB, LOSS_KEY)]
    smaller = stage.publish(LATER, with_loss=True)
    assert len([path for path in smaller if path.startswith("entries/")]) == 7
    assert stage.publish(LATER) == smaller
    assert stage.faults() == []


def test_documents_that_the_operator_retracts_are_no_loss(stage: Stage) -> None:
    stage.publish(NOON)
    with stage.open() as store:
        for document in stage.documents[:4]:
            store.documents.retract(document.entry.id, "a request", LATER)

    assert len([path for path in stage.publish(LATER) if path.startswith("entries/")]) == 6
