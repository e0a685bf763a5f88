"""Fills a store with something of everything, and lists all that it returns, to compare two stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from aggregator.errors import Cause
from aggregator.model import (
    DIGEST_FREQUENCIES,
    ChangeKind,
    Choices,
    Claim,
    DeliveryStatus,
    Digest,
    DigestItem,
    Failed,
    FeedMetadata,
    Frequency,
    LabelOverride,
    Link,
    Note,
    Outage,
    PendingRemoval,
    Precision,
    Reason,
    ReasonSource,
    Reject,
    Relevance,
    Removal,
    RemovalKind,
    RobotsTxt,
    Run,
    Section,
    SourceState,
    Subscriber,
    SubscriberStatus,
    TitleLanguage,
    Translation,
    Validators,
    Window,
)
from aggregator.model.alert_rules import (
    Alert,
    AlertEvent,
    AlertReason,
    AlertRule,
    AlertRuleState,
    SubscriberRule,
    Term,
    Webhook,
    WebhookStatus,
)
from aggregator.store import Store
from tests.store.values import make_change
from tests.support.builders import NOON, make_document, make_entry, make_labels, moment

HOUR = timedelta(hours=1)
LATER = NOON + HOUR
WEEK = timedelta(days=7)

FEED = FeedMetadata(
    id="urn:feed",
    title="A feed",
    link="https://www.gov.uk/",
    language="en",
    self_url="https://www.gov.uk/feed",
)
PLAN = make_entry(
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
    source_feed=FEED,
)
REVISED = replace(PLAN, title="Action plan, second draft", updated=moment("2026-06-05 12:30"))
ELSEWHERE = replace(PLAN, source="ogp-blog", title="The plan")
MINUTES = make_entry(
    "record:forum-minutes", url=None, native_id="forum-minutes", title="Minutes of the forum"
)
RETRACTED = make_entry("https://www.gov.uk/secret", title="A name that must not be shown")
# Without a text: earlier programs kept none of a translation.
DUPLICATE = make_entry("https://www.gov.uk/cy/minutes", language="cy", title="Cofnodion", text="")
MERGED = make_entry("https://www.gov.uk/minutes", title="Minutes")
GONE = make_entry("https://www.gov.uk/gone", title="A page that went")
DOCUMENTS = (PLAN, MINUTES, RETRACTED, DUPLICATE, MERGED, GONE)

REMOVED = Removal(
    kind=RemovalKind.GONE, moment=moment("2026-06-05", Precision.DAY), note="Published in error."
)
FAILURE = Failed(url="https://www.gov.uk/", cause=Cause.TIMEOUT, detail="30 s", hint="wait", retry_after=HOUR)
LABELS = make_labels(
    score=18,
    topics=("open-data",),
    plans=("uk-nap6",),
    reasons=(
        Reason(text="open data", found_in=ReasonSource.TITLE, supports="topic:open-data", points=3),
        Reason(text="/government/news/", found_in=ReasonSource.TYPICAL, supports="type:news"),
    ),
    overridden=True,
)
SUBSCRIBERS = (
    Subscriber(id="00c0ffee", address="ann@example.org", status=SubscriberStatus.ACTIVE, status_since=NOON),
    Subscriber(
        id="0badcafe",
        address="list@example.org",
        status=SubscriberStatus.PAUSED,
        status_since=LATER,
        choices=Choices(
            bodies=("ogp",),
            topics=("open-data",),
            frequency=Frequency.DAILY,
            when_empty=True,
            title_language=TitleLanguage.WELSH,
        ),
        is_list=True,
        leave_instructions="https://lists.example.org/leave",
    ),
    Subscriber(
        id="0ddba115",
        address="new@example.org",
        status=SubscriberStatus.UNCONFIRMED,
        status_since=NOON,
        replaces_id="00c0ffee",
    ),
    Subscriber(
        id="0ff1ce00",
        address="left@example.org",
        status=SubscriberStatus.UNSUBSCRIBED,
        status_since=NOON,
    ),
    Subscriber(id="0defaced", address=None, status=SubscriberStatus.SUPPRESSED, status_since=NOON),
)
RULE = SubscriberRule(
    id="mine",
    when='title:"open data" NOT scotland',
    changes=True,
    frequency=Frequency.DAILY,
    feed_secret="a-secret",  # noqa: S106  # of a test
)
WEBHOOK_RULE = AlertRule(
    id="forum",
    name="The forum",
    when=Term("", ("forum",)),
    mail=("00c0ffee",),
    webhook=Webhook(url="https://h.example/"),
)


def fill(store: Store) -> None:
    """Put something of everything into an empty store, through its public methods."""
    _documents(store)
    _sources(store)
    _digests_and_subscribers(store)
    _alerts(store)


def _documents(store: Store) -> None:
    with store.transaction() as tx:
        tx.carriers.apply([make_change(entry) for entry in DOCUMENTS])
        tx.carriers.apply([make_change(ELSEWHERE, backlog=True)])
        tx.carriers.apply(
            [make_change(REVISED, ChangeKind.REVISED, LATER, note="Redrafted.", payload_sha256="ab" * 32)]
        )
        tx.carriers.apply(
            [make_change(replace(GONE, removal=REMOVED), ChangeKind.WITHDRAWN, LATER, parts=("removed",))]
        )
        by_document = tx.carriers.of_documents(entry.id for entry in DOCUMENTS)
        tx.documents.save(
            [
                make_document(carriers[0].entry, carriers=carriers, labels=LABELS)
                for carriers in by_document.values()
            ],
            "fingerprint",
        )
        tx.names.add([("https://www.gov.uk/a-plan", PLAN.id), ("record:forum-minutes", MINUTES.id)], NOON)
        tx.names.add([("https://www.gov.uk/moved", PLAN.id)], LATER, from_redirect=True)
        tx.names.add(
            [("https://www.gov.uk/minutes", MERGED.id), ("https://www.gov.uk/cy/minutes", DUPLICATE.id)], NOON
        )
        tx.documents.merge(DUPLICATE.id, MERGED.id)
        carriers = tx.carriers.of_documents([MERGED.id])[MERGED.id]
        tx.documents.save([make_document(MERGED, carriers=carriers, labels=LABELS)], "fingerprint")
        missing = PendingRemoval(since=LATER, removal=Removal(kind=RemovalKind.MISSING))
        tx.carriers.set_pending_removals("cabinet-office", {MINUTES.id: missing})
        tx.labels.set_override(
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
    with store.transaction() as tx:
        tx.sources.save_state(
            SourceState(
                source="cabinet-office",
                validators={"https://www.gov.uk/": Validators(etag='"a"', last_modified="Fri, 05 Jun 2026")},
                fingerprint="fingerprint-of-the-source",
                due=LATER,
                last_polled=NOON,
                last_read=NOON,
                first_read=NOON,
                feed_metadata=FEED,
                items=6,
                rejects=(Reject(item_name="item 3", why="it has no title"),),
                items_missed_at=NOON - HOUR,
                removals_to_confirm=(GONE.id,),
            )
        )
        tx.sources.save_state(
            SourceState(source="ogp-blog", last_polled=NOON, failing_since=NOON, failures=2, failure=FAILURE)
        )
        tx.sources.save_outage(
            Outage(
                source="cabinet-office",
                since=NOON - WEEK,
                until=NOON,
                failing_since=NOON - WEEK + HOUR,
                failure=FAILURE,
                items_missed=True,
            )
        )
    store.runs.save(Run(at=NOON, polled=2, failed=1, new=6, revised=0))
    store.robots_txt.put(
        "https://www.gov.uk", RobotsTxt(fetched_at=NOON, status=200, text="User-agent: *\nAllow: /\n")
    )


def _digests_and_subscribers(store: Store) -> None:
    for name, start in (("2026-W22", NOON - WEEK), ("2026-06-04", NOON - timedelta(days=1))):
        items = tuple(_item(entry.id, entry.title) for entry in (PLAN, RETRACTED))
        window = Window(start=start, end=NOON)
        section = Section(title="New", items=items)
        store.digests.issue(
            [
                Digest(
                    period=name,
                    window=window,
                    sections=(section,),
                    unread_sources=("ogp-blog",),
                    silences=("A body: nothing for 90 days",),
                    issued_at=NOON,
                )
            ]
        )
    store.documents.retract(RETRACTED.id, "It names a person.", LATER)
    store.subscribers.add(SUBSCRIBERS)
    store.subscribers.suppress("fingerprint-of-an-address", "it bounced", NOON)
    store.subscribers.save_bounce("2026-W22", "00c0ffee", "soft", NOON)
    store.subscribers.save_processed_mail("cd" * 32, NOON)
    store.deliveries.plan("2026-W22", ["00c0ffee", "0badcafe"], NOON)
    batch = store.deliveries.next_batch([], NOON, 10)
    sent = replace(batch[0][0], status=DeliveryStatus.ACCEPTED, reply="250 OK")
    store.deliveries.next_batch([sent], NOON, 0)
    store.deliveries.plan_one("ask-confirm-1", "0ddba115", NOON)
    store.deliveries.next_batch([], NOON, 10)
    store.deliveries.replan_handed_over(LATER)
    store.deliveries.plan("2026-06-03", ["00c0ffee"], NOON, given_up="too late")
    store.deliveries.plan_one("answer-1", "0badcafe", LATER)


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
        removal=REMOVED,
        page=f"entries/{id.removeprefix('urn:uuid:')}.html",
    )


def _alerts(store: Store) -> None:
    found = tuple(
        Alert(
            rule_key="forum",
            document_id=entry.id,
            event=AlertEvent(at=NOON, reason=reason, parts=("title",), note="Redrafted."),
            found_at=NOON,
            due=NOON,
            title=entry.title,
            url="https://www.gov.uk/",
            page="entries/1.html",
            body="cabinet-office",
            type="news",
            topics=("open-data",),
            closes=entry.closes,
        )
        for entry, reason in (
            (PLAN, AlertReason.NEW),
            (PLAN, AlertReason.CHANGED),
            (MINUTES, AlertReason.NEW),
        )
    )
    state = AlertRuleState(rule_key="forum", when="forum", watched_since=NOON - WEEK, checked_until=NOON)
    store.alerts.save(found, {"forum": WEBHOOK_RULE}, [state])
    store.alerts.plan_deliveries("forum", "alert-forum-1", ["00c0ffee"], NOON)
    first = store.alerts.due_webhook_deliveries(NOON, 1)[0]
    accepted = replace(first, status=WebhookStatus.ACCEPTED, attempts=1, first_attempt=NOON, reply="204")
    store.alerts.save_webhook_outcome(accepted, LATER)
    store.alerts.save_subscriber_rule("00c0ffee", RULE)


def contents(store: Store) -> dict[str, Any]:
    """Return what the methods of a store that was filled by `fill` return, by subject."""
    window = Window(start=NOON, end=NOON + WEEK)
    with store.transaction() as tx:
        resolved = tx.names.resolve(["https://www.gov.uk/moved", "https://www.gov.uk/a-plan"], NOON + WEEK)
        outdated = tx.labels.with_outdated_labels("another", 10)
    return {
        "documents": store.documents.all(),
        "each document": [store.documents.get(entry.id) for entry in DOCUMENTS],
        "updates": store.documents.with_updates(window),
        "carrier changes": store.documents.with_carrier_changes(window),
        "closing": store.documents.closing_in(Window(start=NOON, end=NOON + 5 * WEEK)),
        "names": (
            resolved,
            store.names.own_ids(),
            store.names.merged_ids(),
            store.names.names_in_last_poll("cabinet-office", NOON + WEEK),
        ),
        "outdated labels": outdated,
        "label overrides": store.labels.overrides(),
        "retractions": store.documents.retractions(),
        "states": store.sources.states(),
        "outages": store.sources.outages(),
        "runs": store.runs.all(),
        "robots.txt": store.robots_txt.get("https://www.gov.uk"),
        "digests": [store.digests.all(frequency) for frequency in DIGEST_FREQUENCIES],
        "subscribers": store.subscribers.all(),
        "suppressed": store.subscribers.suppression_reason("fingerprint-of-an-address"),
        "processed mail": store.subscribers.is_mail_processed("cd" * 32),
        "deliveries": [store.deliveries.of_subscriber(one.id) for one in SUBSCRIBERS],
        "unplanned": store.deliveries.unplanned_digests(),
        "rule states": store.alerts.rule_states(),
        "subscriber rules": (
            store.alerts.subscriber_rules("00c0ffee"),
            store.alerts.rule_of_feed("a-secret"),
        ),
        "alerts": (store.alerts.recent("forum"), store.alerts.of_run("alert-forum-1")),
        "webhooks": (store.alerts.counts_by_rule()["forum"], store.alerts.due_webhook_deliveries(LATER, 10)),
    }
