"""Alerts: what alerts whom and when, what never alerts, and corrections."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aggregator.classify import combine_carriers
from aggregator.config import Config
from aggregator.config.rule_language import parse_rule, valid_ids
from aggregator.deliver.alert_mail import alert_due_at
from aggregator.model import (
    ChangeKind,
    DeliveryStatus,
    Entry,
    LabelOverride,
    Labels,
    Relevance,
    Removal,
    RemovalKind,
    SubscriberStatus,
)
from aggregator.model.alert_rules import AlertReason, AlertRule, SubscriberRule
from aggregator.model.subscriptions import Frequency
from aggregator.services.alerts.matching import AlertMatcher
from aggregator.services.mailing.delivery import DeliveryService
from aggregator.store import Store, open_store
from tests.deliver.mail.subscribers import make_context, make_subscriber, parse_message
from tests.services.mailing.test_delivery import FakeTransport
from tests.services.stage import EMPTY_VOCABULARY, default_settings
from tests.store.values import make_change
from tests.support.builders import LONDON, NOON, instant, make_body, make_entry, make_labels, moment

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BODIES = {
    "cabinet-office": make_body(),
    "scotland": make_body("scotland", name="Scottish Government", nation="scotland"),
}
VALID_IDS = {**valid_ids(BODIES, EMPTY_VOCABULARY), "type": ("news", "consultation")}
FIRST = "https://www.gov.uk/first"


def make_rule(
    when: str, id: str = "watch", mail: tuple[str, ...] = ("reader@example.org",), **changes: object
) -> AlertRule:
    rule = AlertRule(id=id, name=f"Watch {id}", when=parse_rule(when, VALID_IDS), mail=mail)
    return replace(rule, **changes)  # type: ignore[arg-type]  # the fields of a rule


@dataclass
class AlertBench:
    """A store with rules and a subscriber; changes are saved as polls would save them."""

    store: Store
    rules: tuple[AlertRule, ...] = ()
    transport: FakeTransport = field(default_factory=FakeTransport)

    @property
    def config(self) -> Config:
        settings = default_settings().model_copy(update={"mail_allow": ("*",)})
        return Config(
            settings=settings, bodies=BODIES, sources=(), vocabulary=EMPTY_VOCABULARY, alerts=self.rules
        )

    @property
    def matcher(self) -> AlertMatcher:
        return AlertMatcher(self.config, self.store)

    def save_change(
        self,
        at: datetime,
        entry: Entry | None = None,
        kind: ChangeKind = ChangeKind.NEW,
        labels: Labels | None = None,
        **changes: object,
    ) -> None:
        """Save a change of a document at an instant."""
        entry = entry or make_entry(FIRST, title="A plan for open data")
        change = make_change(entry, kind, at, **changes)
        with self.store.transaction() as tx:
            tx.carriers.apply([change])
            carriers = tx.carriers.of_documents([entry.id])[entry.id]
            tx.documents.save([combine_carriers(carriers, lambda _, sources: labels or make_labels())])

    def find_alerts(self, at: datetime) -> list[tuple[AlertReason, str]]:
        return [(alert.event.reason, alert.title) for alert in self.matcher.find_alerts(at)]

    def send(self, at: datetime) -> list[str]:
        """Plan and send what is due; gives the subjects of the mails."""
        self.transport.batches.clear()
        service = DeliveryService(self.config, self.store, make_context())
        service.plan_alerts(at)
        asyncio.run(service.send_due(self.transport, lambda: at))
        return [
            str(parse_message(message)["Subject"]) for batch in self.transport.batches for message in batch
        ]

    def last_mail_text(self) -> str:
        """The text of the only mail that `send` last sent."""
        ((message,),) = self.transport.batches
        return str(parse_message(message).get_content()).replace("\r\n", "\n")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[AlertBench]:
    """One rule on open data with one subscriber, matched since an hour before NOON."""
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        store.subscribers.add([make_subscriber()])
        prepared = AlertBench(store, (make_rule('"open data"'),))
        assert prepared.find_alerts(NOON - HOUR) == []
        yield prepared


def test_a_new_document_alerts_once_by_mail(bench: AlertBench) -> None:
    bench.save_change(NOON)

    assert bench.find_alerts(NOON) == [(AlertReason.NEW, "A plan for open data")]
    assert bench.find_alerts(NOON) == bench.find_alerts(NOON + HOUR) == []
    assert bench.send(NOON) == ["Watch watch: New: A plan for open data"]
    assert bench.send(NOON + HOUR) == []


def test_the_mail_shows_the_document_its_links_and_how_to_unsubscribe(bench: AlertBench) -> None:
    closes = moment("2026-06-12 22:59")
    bench.save_change(
        NOON,
        make_entry(
            FIRST, title="Open data: ŵyth o ffyrdd", closes=closes, summary="Say what you think. More."
        ),
    )
    bench.find_alerts(NOON)
    bench.send(NOON)
    text = bench.last_mail_text()

    page = next(line for line in text.splitlines() if "entries/" in line)
    assert text.startswith(
        "Alert: Watch watch\n\n* New: Open data: ŵyth o ffyrdd\n  Cabinet Office · News\n"
        "  Closes Friday 12 June 2026, 23:59 BST (7 days left)\n  Say what you think.\n"
        "  Dated 2 June 2026, 09:15 BST\n"
        f'  https://www.gov.uk/first\n{page}\n\nYou asked to be told of: "open data"\n\n'
        "To leave all letters and alerts, send this mail as it is:\n"
        "  mailto:post@example.org?subject=leave%20"
    )
    ((message,),) = bench.transport.batches
    mail = parse_message(message)
    assert mail["To"] == "reader@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "mailto:post@example.org?subject=leave" in mail["List-Unsubscribe"]
    assert mail["Message-ID"] == f"<{message.run}.00c0ffee00c0ffee@updates.example.org>"
    assert message.run.startswith("alert-")
    assert len(message.sender.partition("@")[0]) <= 64


def test_backlog_and_documents_older_than_the_rule_never_alert(bench: AlertBench) -> None:
    bench.save_change(NOON, backlog=True)
    bench.save_change(NOON - 2 * HOUR, make_entry("https://www.gov.uk/old", title="Old open data"))
    bench.save_change(NOON, make_entry("https://www.gov.uk/else", title="Something else"))
    bench.save_change(
        NOON,
        make_entry("https://www.gov.uk/off", title="Open data abroad"),
        labels=make_labels(relevant=False),
    )

    assert bench.find_alerts(NOON) == []
    bench.save_change(
        NOON + HOUR, make_entry(FIRST, title="An open data plan"), ChangeKind.REVISED, backlog=True
    )
    assert bench.find_alerts(NOON + HOUR) == []


def test_a_rule_may_match_documents_that_are_not_about_open_government(bench: AlertBench) -> None:
    bench.rules = (make_rule("hedgerows relevance:any"),)
    bench.find_alerts(NOON - HOUR)
    bench.save_change(NOON, make_entry(FIRST, title="Hedgerows"), labels=make_labels(relevant=False))

    assert bench.find_alerts(NOON) == [(AlertReason.NEW, "Hedgerows")]


def test_a_change_alerts_once_and_only_where_the_rule_includes_changes(bench: AlertBench) -> None:
    bench.rules = (
        make_rule('"open data"', "once"),
        make_rule('"open data"', "each", changes=True),
        make_rule('"open data" changed:text', "text"),
        make_rule('"open data" changed:title', "title"),
        make_rule("removed:", "gone"),
    )
    bench.find_alerts(NOON - HOUR)
    bench.save_change(NOON, backlog=True)
    assert bench.find_alerts(NOON) == []

    longer = make_entry(FIRST, title="A plan for open data", text="Longer.")
    bench.save_change(
        NOON + HOUR, longer, ChangeKind.REVISED, backlog=True, parts=("text",), note="We added a part."
    )
    found = bench.matcher.find_alerts(NOON + HOUR)
    assert sorted((one.rule_key, one.event.reason) for one in found) == [
        ("each", AlertReason.CHANGED),
        ("text", AlertReason.CHANGED),
    ]
    assert {one.event.note for one in found} == {"We added a part."}
    assert bench.find_alerts(NOON + HOUR) == bench.find_alerts(NOON + 2 * HOUR) == []
    bench.send(NOON + HOUR)
    assert all(
        "Changed: text" in str(parse_message(m).get_content())
        for batch in bench.transport.batches
        for m in batch
    )


def test_a_document_alerts_also_after_another_of_the_same_rule(bench: AlertBench) -> None:
    bench.save_change(NOON)
    bench.find_alerts(NOON)
    bench.send(NOON)
    longer = make_entry(FIRST, title="A plan for open data", text="Longer.")
    bench.save_change(NOON + HOUR, longer, ChangeKind.REVISED, parts=("text",))
    bench.save_change(NOON + HOUR, make_entry("https://www.gov.uk/second", title="More open data"))

    assert bench.find_alerts(NOON + HOUR) == [(AlertReason.NEW, "More open data")]
    assert bench.send(NOON + HOUR) == ["Watch watch: New: More open data"]


def test_alerts_and_how_far_the_rule_was_checked_are_saved_together_or_not_at_all(bench: AlertBench) -> None:
    bench.save_change(NOON)
    (alert,) = bench.matcher.find_alerts(NOON)
    before = bench.store.alerts.rule_states()
    later = replace(before["watch"], checked_until=NOON + HOUR)

    with pytest.raises(KeyError):
        bench.store.alerts.save([replace(alert, document_id="urn:another", rule_key="unknown")], {}, [later])

    assert bench.store.alerts.rule_states() == before


def test_a_removal_alerts_rules_on_removals(bench: AlertBench) -> None:
    bench.rules = (make_rule("removed:yes", "gone"), make_rule("plan", "once"))
    bench.find_alerts(NOON - HOUR)
    bench.save_change(NOON, backlog=True)
    gone = make_entry(FIRST, title="A plan for open data", removal=Removal(kind=RemovalKind.GONE))
    bench.save_change(NOON + HOUR, gone, ChangeKind.WITHDRAWN, backlog=True, parts=("removed",))

    assert bench.find_alerts(NOON + HOUR) == [(AlertReason.REMOVED, "A plan for open data")]


def test_a_closing_date_that_comes_near_alerts_once_also_for_backlog(bench: AlertBench) -> None:
    bench.rules = (make_rule("closing:<7d"),)
    bench.find_alerts(NOON - HOUR)
    closes = moment("2026-06-15 11:00")
    bench.save_change(NOON, make_entry(FIRST, title="Tell us", closes=closes), backlog=True)
    near = make_entry("https://www.gov.uk/near", title="Near already", closes=moment("2026-06-08 11:00"))
    bench.save_change(NOON, near, backlog=True)

    assert bench.find_alerts(NOON) == []
    assert bench.find_alerts(closes.at - 7 * DAY) == []
    assert bench.find_alerts(closes.at - 7 * DAY + HOUR) == [(AlertReason.CLOSING, "Tell us")]
    assert bench.find_alerts(closes.at - 6 * DAY) == []


def test_a_closing_alert_comes_late_if_the_machine_was_off_unless_the_document_has_closed(
    bench: AlertBench,
) -> None:
    bench.rules = (make_rule("closing:<7d"),)
    bench.find_alerts(NOON - HOUR)
    bench.save_change(
        NOON, make_entry(FIRST, title="Tell us", closes=moment("2026-06-15 11:00")), backlog=True
    )
    bench.save_change(
        NOON,
        make_entry("https://www.gov.uk/2", title="Too late", closes=moment("2026-06-13 11:00")),
        backlog=True,
    )
    bench.find_alerts(NOON)

    assert bench.find_alerts(NOON + 9 * DAY) == [(AlertReason.CLOSING, "Tell us")]


def test_the_publishers_correction_reaches_those_who_got_the_alert(bench: AlertBench) -> None:
    bench.rules = (make_rule('"open data"'), make_rule("elsewhere", "other"))
    bench.find_alerts(NOON - HOUR)
    bench.save_change(NOON, make_entry(FIRST, title="Open data", closes=moment("2026-07-01 11:00")))
    bench.find_alerts(NOON)
    bench.send(NOON)
    text = make_entry(FIRST, title="Open data", closes=moment("2026-07-01 11:00"), text="More words.")
    bench.save_change(NOON + HOUR, text, ChangeKind.REVISED, parts=("text",))
    assert bench.find_alerts(NOON + HOUR) == []

    longer = replace(text, closes=moment("2026-07-15 11:00"))
    bench.save_change(NOON + DAY, longer, ChangeKind.REVISED, parts=("closing date",), note="Two weeks more.")
    assert bench.find_alerts(NOON + DAY) == [(AlertReason.CORRECTION, "Open data")]
    assert bench.find_alerts(NOON + DAY) == []
    assert bench.send(NOON + DAY) == ["Watch watch: Correction: Open data"]
    assert "since then this is otherwise: closing date" in " ".join(bench.last_mail_text().split())
    assert "The publisher says: Two weeks more." in bench.last_mail_text()
    assert "Closes Wednesday 15 July 2026" in bench.last_mail_text()


def test_a_change_that_the_publisher_calls_a_correction_is_one(bench: AlertBench) -> None:
    bench.save_change(NOON)
    bench.find_alerts(NOON)
    right = make_entry(FIRST, title="A plan for open data", text="Right figures.")
    bench.save_change(NOON + HOUR, right, ChangeKind.REVISED, parts=("text",), note="Corrected table 2.")

    assert bench.find_alerts(NOON + HOUR) == [(AlertReason.CORRECTION, "A plan for open data")]


def test_the_operators_correction_reaches_those_who_got_the_alert(bench: AlertBench) -> None:
    bench.save_change(NOON)
    bench.find_alerts(NOON)
    document = bench.store.documents.get(make_entry(FIRST).id)
    assert document
    override = LabelOverride(why="about a company", at=NOON + HOUR, relevance=Relevance.NO)
    with bench.store.transaction() as tx:
        tx.labels.set_override(document.entry.id, override)
        tx.labels.save(
            {document.entry.id: replace(document.labels, relevance=Relevance.NO, overridden=True)}, "v"
        )

    assert bench.find_alerts(NOON + 2 * HOUR) == [(AlertReason.CORRECTION, "A plan for open data")]
    assert bench.find_alerts(NOON + 3 * HOUR) == []
    bench.send(NOON + 2 * HOUR)
    assert "this is otherwise: about open government" in " ".join(bench.last_mail_text().split())
    assert "Why: about a company" in bench.last_mail_text()


def test_a_label_override_that_leaves_the_alert_right_alerts_nobody(bench: AlertBench) -> None:
    bench.save_change(NOON)
    bench.find_alerts(NOON)
    with bench.store.transaction() as tx:
        tx.labels.set_override(
            make_entry(FIRST).id, LabelOverride(why="sure", at=NOON + HOUR, relevance=Relevance.YES)
        )

    assert bench.find_alerts(NOON + HOUR) == []


def test_a_retraction_reaches_those_who_got_the_alert_without_the_documents_text(bench: AlertBench) -> None:
    bench.save_change(NOON)
    bench.find_alerts(NOON)
    bench.send(NOON)
    bench.store.documents.retract(make_entry(FIRST).id, "named a person", NOON + HOUR)

    assert bench.find_alerts(NOON + 2 * HOUR) == [(AlertReason.CORRECTION, "Retracted")]
    assert bench.find_alerts(NOON + 3 * HOUR) == []
    assert bench.send(NOON + 2 * HOUR) == ["Watch watch: Correction: Retracted"]
    assert "have taken its words out of our record" in " ".join(bench.last_mail_text().split())
    assert "named a person" not in bench.last_mail_text()
    assert "A plan for open data" not in bench.store.dump()


def test_daily_alerts_are_collected_into_one_mail_at_eight_in_london(bench: AlertBench) -> None:
    bench.rules = (make_rule('"open data"', frequency=Frequency.DAILY),)
    bench.find_alerts(NOON - HOUR)
    bench.save_change(NOON)
    bench.find_alerts(NOON)
    bench.save_change(NOON + HOUR, make_entry("https://www.gov.uk/2", title="More open data"))
    bench.find_alerts(NOON + HOUR)
    eight = datetime.fromisoformat("2026-06-06T07:00:00Z")  # 08:00 BST

    assert bench.send(NOON + HOUR) == []
    assert bench.send(eight - timedelta(seconds=1)) == []
    assert bench.send(eight + timedelta(minutes=1)) == ["Watch watch: 2 updates"]
    assert bench.send(eight + DAY) == []


def test_alerts_found_after_the_daily_mail_was_planned_wait_for_the_next(bench: AlertBench) -> None:
    bench.rules = (make_rule('"open data"', frequency=Frequency.DAILY),)
    bench.find_alerts(NOON - HOUR)
    eight = datetime.fromisoformat("2026-06-06T07:00:00Z")
    bench.save_change(NOON)
    bench.find_alerts(NOON)
    bench.send(eight)
    late = make_entry("https://www.gov.uk/late", title="Late open data")
    bench.save_change(eight - HOUR, late)
    bench.find_alerts(
        eight - timedelta(minutes=1)
    )  # a poll that took long: stored after the mail was planned

    assert bench.send(eight + HOUR) == ["Watch watch: New: Late open data"]


def test_a_mail_has_no_alerts_that_are_due_the_next_day(bench: AlertBench) -> None:
    bench.rules = (make_rule('"open data"', frequency=Frequency.DAILY),)
    bench.find_alerts(NOON - HOUR)
    eight = datetime.fromisoformat("2026-06-06T07:00:00Z")  # 08:00 BST
    bench.save_change(NOON)
    bench.find_alerts(NOON)
    bench.save_change(eight + HOUR, make_entry("https://www.gov.uk/2", title="More open data"))
    bench.find_alerts(eight + HOUR)

    assert bench.send(eight + 2 * HOUR) == ["Watch watch: New: A plan for open data"]
    assert bench.send(eight + DAY) == ["Watch watch: New: More open data"]


def test_only_active_subscribers_get_alerts_and_a_rule_subscribes_nobody(bench: AlertBench) -> None:
    bench.rules = (
        make_rule('"open data"', mail=("nobody@example.org", "00c0ffee00c0ffee", "gone@example.org")),
    )
    bench.find_alerts(NOON - HOUR)
    bench.store.subscribers.add(
        [
            make_subscriber(
                id="000000000000dead", address="gone@example.org", status=SubscriberStatus.UNSUBSCRIBED
            )
        ]
    )
    bench.save_change(NOON)
    bench.find_alerts(NOON)

    assert bench.send(NOON) == ["Watch watch: New: A plan for open data"]
    assert [one.status for one in bench.store.subscribers.all()].count(SubscriberStatus.ACTIVE) == 1


def test_a_subscribers_own_rule_alerts_that_subscriber_and_is_erased_with_them(bench: AlertBench) -> None:
    bench.rules = ()
    bench.store.alerts.save_subscriber_rule("00c0ffee00c0ffee", SubscriberRule(id="mine", when='"open data"'))
    bench.find_alerts(NOON - HOUR)
    bench.save_change(NOON)

    assert bench.find_alerts(NOON) == [(AlertReason.NEW, "A plan for open data")]
    assert bench.send(NOON) == ['"open data": New: A plan for open data']
    bench.store.subscribers.erase(["00c0ffee00c0ffee"])
    assert "00c0ffee00c0ffee" not in bench.store.dump()


def test_a_rule_whose_condition_is_edited_starts_anew(bench: AlertBench) -> None:
    bench.save_change(NOON, make_entry(FIRST, title="Hedgerows"))
    bench.find_alerts(NOON)
    bench.rules = (make_rule("hedgerows"),)

    assert bench.find_alerts(NOON + HOUR) == []
    assert bench.store.alerts.rule_states()["watch"].watched_since == NOON + HOUR


def test_a_rule_is_tried_against_the_past_year(bench: AlertBench) -> None:
    for days, path, title in (
        (400, "a", "Too old"),
        (300, "b", "One"),
        (300, "c", "Two"),
        (10, "d", "Three"),
    ):
        bench.save_change(
            NOON - days * DAY, make_entry(f"https://www.gov.uk/{path}", title=f"{title}: open data")
        )
    bench.save_change(NOON - DAY, backlog=True)
    changed = make_entry("https://www.gov.uk/d", title="Three: open data, changed")
    bench.save_change(NOON - 5 * DAY, changed, ChangeKind.REVISED)

    def tried(changes: bool = False) -> list[list[str]]:
        trial = bench.matcher.try_rule(make_rule('"open data"', changes=changes), NOON)
        return [sorted(document.entry.title[:5] for _, document in events) for _, events in trial.mails]

    assert tried() == [["One: ", "Two: "], ["Three"]]
    assert tried(changes=True) == [["One: ", "Two: "], ["Three"], ["Three"]]
    assert len(bench.matcher.try_rule(make_rule("closing:<7d"), NOON).mails) == 0


def test_a_document_that_is_merged_with_another_does_not_alert_again(bench: AlertBench) -> None:
    older = make_entry("https://www.gov.uk/elder", title="Something", source="other")
    bench.save_change(NOON - HOUR, older)
    bench.save_change(NOON)
    assert bench.find_alerts(NOON) == [(AlertReason.NEW, "A plan for open data")]
    with bench.store.transaction() as tx:
        tx.documents.merge(make_entry(FIRST).id, older.id)
        carriers = tx.carriers.of_documents([older.id])[older.id]
        joined = combine_carriers(carriers, lambda entry, sources: make_labels())
        tx.documents.save([replace(joined, entry=replace(joined.entry, title="Open data, joined"))])
    again = replace(older, title="Open data, joined", text="Open data.")
    bench.save_change(NOON + HOUR, again, ChangeKind.RESTATED)

    assert [document.entry.title for document in bench.store.documents.all()] == ["Open data, joined"]
    assert bench.find_alerts(NOON + HOUR) == []


def test_a_mail_shows_a_limited_number_of_documents(
    bench: AlertBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.deliver.alert_mail.MAX_DOCUMENTS", 2)
    for number in range(5):
        bench.save_change(NOON, make_entry(f"https://www.gov.uk/{number}", title=f"Open data {number}"))
    bench.find_alerts(NOON)

    assert bench.send(NOON) == ["Watch watch: 5 updates"]
    assert bench.last_mail_text().count("* New: ") == 2
    assert "... and 3 more, among all updates: https://updates.example.org/" in bench.last_mail_text()


def test_a_subscribers_rule_that_cannot_be_parsed_any_more_is_reported_and_stops_nothing(
    bench: AlertBench,
) -> None:
    bench.store.alerts.save_subscriber_rule(
        "00c0ffee00c0ffee", SubscriberRule(id="old", when="topic:forgotten")
    )
    bench.save_change(NOON)

    assert bench.find_alerts(NOON) == [(AlertReason.NEW, "A plan for open data")]
    assert list(bench.matcher.unreadable_rules) == ["00c0ffee00c0ffee/old"]


@pytest.mark.parametrize(
    ("found", "due"),
    [
        ("2026-06-05 06:59", "2026-06-05 07:00"),
        ("2026-06-05 07:00", "2026-06-05 07:00"),
        ("2026-06-05 07:01", "2026-06-06 07:00"),
        ("2026-03-28 12:00", "2026-03-29 07:00"),  # the clocks go forward that night
        ("2026-10-24 12:00", "2026-10-25 08:00"),  # and back
    ],
)
def test_eight_in_the_morning_is_by_the_clocks_of_london(found: str, due: str) -> None:
    assert alert_due_at(Frequency.DAILY, instant(found), LONDON) == instant(due)


def test_alert_deliveries_have_a_status_like_all_others(bench: AlertBench) -> None:
    bench.save_change(NOON)
    bench.find_alerts(NOON)
    bench.send(NOON)

    (delivery,) = bench.store.deliveries.of_subscriber("00c0ffee00c0ffee")
    assert delivery.status is DeliveryStatus.ACCEPTED
