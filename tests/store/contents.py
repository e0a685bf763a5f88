"""A store with something of everything in it, and all that it answers: to compare two stores by."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from aggregator.errors import Cause
from aggregator.model import (
    LETTER_FREQUENCIES,
    ChangeKind,
    Choices,
    Claim,
    DeliveryStatus,
    Digest,
    DigestItem,
    Failed,
    Frequency,
    LabelOverride,
    Link,
    Note,
    Outage,
    PendingRemoval,
    Precision,
    Relevance,
    Removal,
    RemovalKind,
    RobotsCopy,
    Run,
    Section,
    SourceState,
    Subscriber,
    SubscriberStatus,
    Translation,
    Validators,
    Window,
)
from aggregator.model.alerts import (
    Alert,
    AlertEvent,
    AlertRule,
    HookState,
    OwnRule,
    Term,
    WatchedRule,
    Webhook,
    Why,
)
from aggregator.store import Store
from tests.store.values import change
from tests.support.builders import NOON, entry, holding, labels, moment

HOUR = timedelta(hours=1)
LATER = NOON + HOUR
WEEK = timedelta(days=7)

PLAN = entry(
    title="Cynllun gweithredu – action plan",
    summary="What the plan “says”.",
    content="<p>What the plan “says”.</p>",
    published=moment("2026-06-01", Precision.DAY),
    closes=moment("2026-06-30 22:59", Precision.MINUTE),
    publisher_type="open_consultation",
    categories=("open government", "transparency"),
    links=(Link(href="https://www.gov.uk/plan.pdf", rel="enclosure", type="application/pdf", length=9),),
    claims=(
        Claim(what="published", moment=moment("2026-06-01", Precision.DAY), source="https://www.gov.uk/"),
    ),
    content_id="5f0c6b6c-7631-11e4-a3cb-005056011aef",
    names=("wordpress:gds.blog.gov.uk:6897",),
    translations=(Translation(language="cy", url="https://www.gov.uk/cynllun", title="Cynllun"),),
    notes=(Note(moment=moment("2026-06-02 08:15"), text="Added the Welsh text."),),
)
REVISED = replace(PLAN, title="Action plan, second draft", updated=moment("2026-06-05 12:30"))
ELSEWHERE = replace(PLAN, source="ogp-blog", title="The plan")
MINUTES = entry("record:forum-minutes", url=None, native_id="forum-minutes", title="Minutes of the forum")
RETRACTED = entry("https://www.gov.uk/secret", title="A name that should not stand here")
GIVEN = entry("https://www.gov.uk/cy/minutes", language="cy", title="Cofnodion")
STANDS = entry("https://www.gov.uk/minutes", title="Minutes")
GONE = entry("https://www.gov.uk/gone", title="A page that went")
DOCUMENTS = (PLAN, MINUTES, RETRACTED, GIVEN, STANDS, GONE)

REMOVED = Removal(
    kind=RemovalKind.GONE, moment=moment("2026-06-05", Precision.DAY), note="Published in error."
)
FAILURE = Failed(url="https://www.gov.uk/", cause=Cause.TIMEOUT, detail="30 s", hint="wait", retry_after=HOUR)
READERS = (
    Subscriber(id="00c0ffee", address="ann@example.org", standing=SubscriberStatus.READING, since=NOON),
    Subscriber(
        id="0badcafe",
        address="list@example.org",
        standing=SubscriberStatus.PAUSED,
        since=LATER,
        choices=Choices(bodies=("ogp",), topics=("open-data",), rhythm=Frequency.DAILY, when_empty=True),
        is_list=True,
        leave="https://lists.example.org/leave",
    ),
    Subscriber(
        id="0ddba115",
        address="new@example.org",
        standing=SubscriberStatus.UNCONFIRMED,
        since=NOON,
        replaces="00c0ffee",
    ),
)
OWN = OwnRule(
    id="mine", when='title:"open data" NOT scotland', changes=True, rhythm=Frequency.DAILY, feed="a-word"
)
HOOKED = AlertRule(
    id="forum",
    name="The forum",
    when=Term("", ("forum",)),
    mail=("00c0ffee",),
    webhook=Webhook(url="https://h.example/"),
)


def fill(store: Store) -> None:
    """Put something of everything into an empty store, by its own doors."""
    _documents(store)
    _sources(store)
    _letters(store)
    _alerts(store)


def _documents(store: Store) -> None:
    with store.writing() as tx:
        tx.carriers.apply([change(told) for told in DOCUMENTS])
        tx.carriers.apply([change(ELSEWHERE, backlog=True)])
        tx.carriers.apply(
            [change(REVISED, ChangeKind.REVISED, LATER, note="Redrafted.", payload_sha256="ab" * 32)]
        )
        tx.carriers.apply(
            [change(replace(GONE, removal=REMOVED), ChangeKind.WITHDRAWN, LATER, parts=("removed",))]
        )
        told = tx.carriers.of(document.id for document in DOCUMENTS)
        tx.documents.hold(
            [
                holding(carriers[0].entry, carriers=carriers, labels=labels(score=18, topics=("open-data",)))
                for carriers in told.values()
            ],
            "fingerprint",
        )
        tx.names.add([("https://www.gov.uk/a-plan", PLAN.id), ("record:forum-minutes", MINUTES.id)], NOON)
        tx.names.add([("https://www.gov.uk/moved", PLAN.id)], LATER, moved=True)
        tx.names.add(
            [("https://www.gov.uk/minutes", STANDS.id), ("https://www.gov.uk/cy/minutes", GIVEN.id)], NOON
        )
        tx.documents.join(GIVEN.id, STANDS.id)
        joined = tx.carriers.of([STANDS.id])[STANDS.id]
        tx.documents.hold([holding(STANDS, carriers=joined)], "fingerprint")
        missing = PendingRemoval(since=LATER, removal=Removal(kind=RemovalKind.MISSING))
        tx.carriers.vanish("cabinet-office", {MINUTES.id: missing})
        tx.labels.mark(
            MINUTES.id,
            LabelOverride(
                why="About the forum.",
                at=LATER,
                relevance=Relevance.YES,
                type="meeting-record",
                topics=("ogp",),
            ),
        )


def _sources(store: Store) -> None:
    with store.writing() as tx:
        tx.sources.keep(
            SourceState(
                source="cabinet-office",
                validators={"https://www.gov.uk/": Validators(etag='"a"', last_modified="Fri, 05 Jun 2026")},
                due=LATER,
                asked=NOON,
                answered=NOON,
                first_answered=NOON,
                items=6,
                held=(GONE.id,),
            )
        )
        tx.sources.keep(
            SourceState(source="ogp-blog", asked=NOON, failing_since=NOON, failures=2, failure=FAILURE)
        )
        tx.sources.keep_outage(
            Outage(
                source="cabinet-office",
                since=NOON - WEEK,
                until=NOON,
                failing_since=NOON - WEEK + HOUR,
                failure=FAILURE,
                missed=True,
            )
        )
    store.runs.note(Run(at=NOON, asked=2, failed=1, new=6, revised=0))
    store.robots.put(
        "https://www.gov.uk", RobotsCopy(fetched_at=NOON, status=200, text="User-agent: *\nAllow: /\n")
    )


def _letters(store: Store) -> None:
    for name, start in (("2026-W22", NOON - WEEK), ("2026-06-04", NOON - timedelta(days=1))):
        items = tuple(_item(told.id, told.title) for told in (PLAN, RETRACTED))
        window = Window(start=start, end=NOON)
        section = Section(title="New", items=items)
        store.digests.issue(
            [Digest(week=name, window=window, sections=(section,), unread=("ogp-blog",), issued=NOON)]
        )
    store.documents.retract(RETRACTED.id, "It names a person.", LATER)
    store.readers.add(READERS)
    store.readers.shun("fingerprint-of-an-address", "it bounced", NOON)
    store.readers.bounced("2026-W22", "00c0ffee", "soft", NOON)
    store.readers.note_answered("cd" * 32, NOON)
    store.postings.plan("2026-W22", ["00c0ffee", "0badcafe"], NOON)
    taken = store.postings.turn([], NOON, 10)
    sent = replace(taken[0][0], state=DeliveryStatus.ACCEPTED, reply="250 OK")
    store.postings.turn([sent], NOON, 0)
    store.postings.add("answer-1", "0badcafe", LATER)


def _item(id: str, title: str) -> DigestItem:
    return DigestItem(
        id=id,
        title=title,
        url="https://www.gov.uk/a-plan",
        body="cabinet-office",
        type="news",
        summary="",
        language="en",
        dated=moment("2026-06-01", Precision.DAY),
        first_seen=NOON,
        page=f"entries/{id.removeprefix('urn:uuid:')}.html",
    )


def _alerts(store: Store) -> None:
    found = tuple(
        Alert(
            rule="forum",
            entry=told.id,
            occasion=AlertEvent(at=NOON, why=why, parts=("title",), note="Redrafted."),
            found=NOON,
            due=NOON,
            title=told.title,
            url="https://www.gov.uk/",
            page="entries/1.html",
            body="cabinet-office",
            type="news",
            topics=("open-data",),
            closes=told.closes,
        )
        for told, why in ((PLAN, Why.NEW), (PLAN, Why.CHANGED), (MINUTES, Why.NEW))
    )
    watched = WatchedRule(key="forum", when="forum", since=NOON - WEEK, looked=NOON)
    store.alerts.keep(found, {"forum": HOOKED}, [watched])
    store.alerts.plan("forum", "alert-forum-1", ["00c0ffee"], NOON)
    first = store.alerts.due_hooks(NOON, 1)[0]
    taken = replace(first, state=HookState.TAKEN, tries=1, first_tried=NOON, reply="204")
    store.alerts.settle(taken, LATER)
    store.alerts.add_own("00c0ffee", OWN)


def contents(store: Store) -> dict[str, Any]:
    """What a store with `fill`'s content answers, by question."""
    window = Window(start=NOON, end=NOON + WEEK)
    with store.writing() as tx:
        known = tx.names.resolve(["https://www.gov.uk/moved", "https://www.gov.uk/a-plan"], NOON + WEEK)
        unlabelled = tx.labels.to_label("another", 10)
    return {
        "documents": store.documents.all(),
        "each document": [store.documents.one(told.id) for told in DOCUMENTS],
        "news": store.documents.news(window),
        "stirred": store.documents.stirred(window),
        "closing": store.documents.closing(Window(start=NOON, end=NOON + 5 * WEEK)),
        "names": (
            known,
            store.names.own(),
            store.names.joined_ids(),
            store.names.last("cabinet-office", NOON + WEEK),
        ),
        "to be labelled": unlabelled,
        "marks": store.labels.marks(),
        "retractions": store.documents.retractions(),
        "states": store.sources.states(),
        "outages": store.sources.outages(),
        "runs": store.runs.all(),
        "robots": store.robots.get("https://www.gov.uk"),
        "letters": [store.digests.all(rhythm) for rhythm in LETTER_FREQUENCIES],
        "readers": store.readers.all(),
        "shunned": store.readers.shunned("fingerprint-of-an-address"),
        "answered": store.readers.answered("cd" * 32),
        "postings": [store.postings.of_reader(reader.id) for reader in READERS],
        "unplanned": store.postings.unplanned(),
        "watched": store.alerts.watched(),
        "own rules": (store.alerts.own("00c0ffee"), store.alerts.fed("a-word")),
        "alerts": (store.alerts.recent("forum"), store.alerts.letter("alert-forum-1")),
        "hooks": (store.alerts.counts()["forum"], store.alerts.due_hooks(LATER, 10)),
    }
