"""Alerts: what is told to whom and when, what is never told, and what is put right."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aggregator.classify import combine_carriers
from aggregator.config import Config
from aggregator.config.rule_language import valid_ids, parse_rule
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
from aggregator.model.alerts import AlertRule, SubscriberRule, AlertReason
from aggregator.model.subscriptions import Frequency
from aggregator.services.alerts.matching import AlertMatcher
from aggregator.services.mailing.delivery import DeliveryService
from aggregator.store import Store, open_store
from tests.deliver.mail.subscribers import opened, reader, stationery
from tests.services.mailing.test_delivery import Postbox
from tests.services.stage import EMPTY, default_settings
from tests.store.values import make_change
from tests.support.builders import LONDON, NOON, make_body, make_entry, instant, make_labels, moment

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BODIES = {
    "cabinet-office": make_body(),
    "scotland": make_body("scotland", name="Scottish Government", nation="scotland"),
}
KNOWN = {**valid_ids(BODIES, EMPTY), "type": ("news", "consultation")}
FIRST = "https://www.gov.uk/first"


def rule(
    when: str, id: str = "watch", mail: tuple[str, ...] = ("reader@example.org",), **changes: object
) -> AlertRule:
    made = AlertRule(id=id, name=f"Watch {id}", when=parse_rule(when, KNOWN), mail=mail)
    return replace(made, **changes)  # type: ignore[arg-type]  # the fields of a rule


@dataclass
class Desk:
    """A store, its rules, and a reader; documents are put in as polls would."""

    store: Store
    rules: tuple[AlertRule, ...] = ()
    postbox: Postbox = field(default_factory=Postbox)

    @property
    def config(self) -> Config:
        settings = default_settings().model_copy(update={"mail_allow": ("*",)})
        return Config(settings=settings, bodies=BODIES, sources=(), vocabulary=EMPTY, alerts=self.rules)

    @property
    def alerting(self) -> AlertMatcher:
        return AlertMatcher(self.config, self.store)

    def tell(
        self,
        at: datetime,
        told: Entry | None = None,
        kind: ChangeKind = ChangeKind.NEW,
        filed: Labels | None = None,
        **changes: object,
    ) -> None:
        """Something is told of a document at an instant."""
        told = told or make_entry(FIRST, title="A plan for open data")
        said = make_change(told, kind, at, **changes)
        with self.store.transaction() as tx:
            tx.carriers.apply([said])
            carriers = tx.carriers.of_documents([told.id])[told.id]
            tx.documents.save([combine_carriers(carriers, lambda entry, sources: filed or make_labels())])

    def look(self, at: datetime) -> list[tuple[AlertReason, str]]:
        return [(alert.event.reason, alert.title) for alert in self.alerting.find_alerts(at)]

    def send(self, at: datetime) -> list[str]:
        """Plan and send what is due; the subjects of the letters that went out."""
        self.postbox.batches.clear()
        dispatch = DeliveryService(self.config, self.store, stationery())
        dispatch.plan_alerts(at)
        asyncio.run(dispatch.send_due(self.postbox, lambda: at))
        return [str(opened(message)["Subject"]) for batch in self.postbox.batches for message in batch]

    def letter(self) -> str:
        """The text of the only letter that went out last."""
        ((message,),) = self.postbox.batches
        return str(opened(message).get_content()).replace("\r\n", "\n")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """One rule on open data, told to one reader; it is watched for since an hour before NOON."""
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        store.subscribers.add([reader()])
        made = Desk(store, (rule('"open data"'),))
        assert made.look(NOON - HOUR) == []
        yield made


def test_what_is_new_is_told_once_in_a_letter(desk: Desk) -> None:
    desk.tell(NOON)

    assert desk.look(NOON) == [(AlertReason.NEW, "A plan for open data")]
    assert desk.look(NOON) == desk.look(NOON + HOUR) == []
    assert desk.send(NOON) == ["Watch watch: New: A plan for open data"]
    assert desk.send(NOON + HOUR) == []


def test_the_letter_says_what_it_is_about_where_it_stands_and_how_to_leave(desk: Desk) -> None:
    closes = moment("2026-06-12 22:59")
    desk.tell(
        NOON,
        make_entry(FIRST, title="Open data: ŵyth o ffyrdd", closes=closes, summary="Say what you think. More."),
    )
    desk.look(NOON)
    desk.send(NOON)
    text = desk.letter()

    page = next(line for line in text.splitlines() if "entries/" in line)
    assert text.startswith(
        "Alert: Watch watch\n\n* New: Open data: ŵyth o ffyrdd\n  Cabinet Office · News\n"
        "  Closes Friday 12 June 2026, 23:59 BST (7 days left)\n  Say what you think.\n"
        "  Dated 2 June 2026, 09:15 BST\n"
        f'  https://www.gov.uk/first\n{page}\n\nYou asked to be told of: "open data"\n\n'
        "To leave all letters and alerts, send this mail as it is:\n"
        "  mailto:post@example.org?subject=leave%20"
    )
    ((message,),) = desk.postbox.batches
    mail = opened(message)
    assert mail["To"] == "reader@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "mailto:post@example.org?subject=leave" in mail["List-Unsubscribe"]
    assert mail["Message-ID"] == f"<{message.run}.00c0ffee00c0ffee@updates.example.org>"
    assert message.run.startswith("alert-")
    assert len(message.sender.partition("@")[0]) <= 64


def test_backlog_and_what_was_there_before_the_rule_is_never_news(desk: Desk) -> None:
    desk.tell(NOON, backlog=True)
    desk.tell(NOON - 2 * HOUR, make_entry("https://www.gov.uk/old", title="Old open data"))
    desk.tell(NOON, make_entry("https://www.gov.uk/else", title="Something else"))
    desk.tell(NOON, make_entry("https://www.gov.uk/off", title="Open data abroad"), filed=make_labels(relevant=False))

    assert desk.look(NOON) == []
    desk.tell(NOON + HOUR, make_entry(FIRST, title="An open data plan"), ChangeKind.REVISED, backlog=True)
    assert desk.look(NOON + HOUR) == []


def test_a_rule_may_ask_for_what_is_not_about_open_government(desk: Desk) -> None:
    desk.rules = (rule("hedgerows relevance:any"),)
    desk.look(NOON - HOUR)
    desk.tell(NOON, make_entry(FIRST, title="Hedgerows"), filed=make_labels(relevant=False))

    assert desk.look(NOON) == [(AlertReason.NEW, "Hedgerows")]


def test_a_change_alerts_only_where_the_rule_says_so_and_each_once(desk: Desk) -> None:
    desk.rules = (
        rule('"open data"', "once"),
        rule('"open data"', "each", changes=True),
        rule('"open data" changed:text', "text"),
        rule('"open data" changed:title', "title"),
        rule("removed:", "gone"),
    )
    desk.look(NOON - HOUR)
    desk.tell(NOON, backlog=True)
    assert desk.look(NOON) == []

    longer = make_entry(FIRST, title="A plan for open data", text="Longer.")
    desk.tell(NOON + HOUR, longer, ChangeKind.REVISED, backlog=True, parts=("text",), note="We added a part.")
    found = desk.alerting.find_alerts(NOON + HOUR)
    assert sorted((one.rule_key, one.event.reason) for one in found) == [
        ("each", AlertReason.CHANGED),
        ("text", AlertReason.CHANGED),
    ]
    assert {one.event.note for one in found} == {"We added a part."}
    assert desk.look(NOON + HOUR) == desk.look(NOON + 2 * HOUR) == []
    desk.send(NOON + HOUR)
    assert all(
        "Changed: text" in str(opened(m).get_content()) for batch in desk.postbox.batches for m in batch
    )


def test_a_document_is_told_also_where_another_of_the_same_rule_was_told_before(desk: Desk) -> None:
    desk.tell(NOON)
    desk.look(NOON)
    desk.send(NOON)
    longer = make_entry(FIRST, title="A plan for open data", text="Longer.")
    desk.tell(NOON + HOUR, longer, ChangeKind.REVISED, parts=("text",))
    desk.tell(NOON + HOUR, make_entry("https://www.gov.uk/second", title="More open data"))

    assert desk.look(NOON + HOUR) == [(AlertReason.NEW, "More open data")]
    assert desk.send(NOON + HOUR) == ["Watch watch: New: More open data"]


def test_how_far_was_looked_is_kept_together_with_what_was_found_or_not_at_all(desk: Desk) -> None:
    desk.tell(NOON)
    (alert,) = desk.alerting.find_alerts(NOON)
    before = desk.store.alerts.rule_states()
    later = replace(before["watch"], looked=NOON + HOUR)

    with pytest.raises(KeyError):
        desk.store.alerts.save([replace(alert, document_id="urn:another", rule_key="unknown")], {}, [later])

    assert desk.store.alerts.rule_states() == before


def test_a_removal_reaches_those_who_watch_for_removals(desk: Desk) -> None:
    desk.rules = (rule("removed:yes", "gone"), rule("plan", "once"))
    desk.look(NOON - HOUR)
    desk.tell(NOON, backlog=True)
    gone = make_entry(FIRST, title="A plan for open data", removal=Removal(kind=RemovalKind.GONE))
    desk.tell(NOON + HOUR, gone, ChangeKind.WITHDRAWN, backlog=True, parts=("removed",))

    assert desk.look(NOON + HOUR) == [(AlertReason.REMOVED, "A plan for open data")]


def test_a_closing_date_that_comes_near_alerts_once_also_for_backlog(desk: Desk) -> None:
    desk.rules = (rule("closing:<7d"),)
    desk.look(NOON - HOUR)
    closes = moment("2026-06-15 11:00")
    desk.tell(NOON, make_entry(FIRST, title="Tell us", closes=closes), backlog=True)
    near = make_entry("https://www.gov.uk/near", title="Near already", closes=moment("2026-06-08 11:00"))
    desk.tell(NOON, near, backlog=True)

    assert desk.look(NOON) == []
    assert desk.look(closes.at - 7 * DAY) == []
    assert desk.look(closes.at - 7 * DAY + HOUR) == [(AlertReason.CLOSING, "Tell us")]
    assert desk.look(closes.at - 6 * DAY) == []


def test_who_was_asleep_when_it_came_near_hears_of_it_unless_it_is_over(desk: Desk) -> None:
    desk.rules = (rule("closing:<7d"),)
    desk.look(NOON - HOUR)
    desk.tell(NOON, make_entry(FIRST, title="Tell us", closes=moment("2026-06-15 11:00")), backlog=True)
    desk.tell(
        NOON, make_entry("https://www.gov.uk/2", title="Too late", closes=moment("2026-06-13 11:00")), backlog=True
    )
    desk.look(NOON)

    assert desk.look(NOON + 9 * DAY) == [(AlertReason.CLOSING, "Tell us")]


def test_the_publishers_correction_reaches_those_who_were_told(desk: Desk) -> None:
    desk.rules = (rule('"open data"'), rule("elsewhere", "other"))
    desk.look(NOON - HOUR)
    desk.tell(NOON, make_entry(FIRST, title="Open data", closes=moment("2026-07-01 11:00")))
    desk.look(NOON)
    desk.send(NOON)
    text = make_entry(FIRST, title="Open data", closes=moment("2026-07-01 11:00"), text="More words.")
    desk.tell(NOON + HOUR, text, ChangeKind.REVISED, parts=("text",))
    assert desk.look(NOON + HOUR) == []

    longer = replace(text, closes=moment("2026-07-15 11:00"))
    desk.tell(NOON + DAY, longer, ChangeKind.REVISED, parts=("closing date",), note="Two weeks more.")
    assert desk.look(NOON + DAY) == [(AlertReason.CORRECTION, "Open data")]
    assert desk.look(NOON + DAY) == []
    assert desk.send(NOON + DAY) == ["Watch watch: Correction: Open data"]
    assert "since then this is otherwise: closing date" in " ".join(desk.letter().split())
    assert "The publisher says: Two weeks more." in desk.letter()
    assert "Closes Wednesday 15 July 2026" in desk.letter()


def test_a_change_that_its_publisher_calls_a_correction_is_one(desk: Desk) -> None:
    desk.tell(NOON)
    desk.look(NOON)
    right = make_entry(FIRST, title="A plan for open data", text="Right figures.")
    desk.tell(NOON + HOUR, right, ChangeKind.REVISED, parts=("text",), note="Corrected table 2.")

    assert desk.look(NOON + HOUR) == [(AlertReason.CORRECTION, "A plan for open data")]


def test_our_own_correction_reaches_those_who_were_told(desk: Desk) -> None:
    desk.tell(NOON)
    desk.look(NOON)
    held = desk.store.documents.get(make_entry(FIRST).id)
    assert held
    mark = LabelOverride(why="about a company", at=NOON + HOUR, relevance=Relevance.NO)
    with desk.store.transaction() as tx:
        tx.labels.set_override(held.entry.id, mark)
        tx.labels.save({held.entry.id: replace(held.labels, relevance=Relevance.NO, marked=True)}, "v")

    assert desk.look(NOON + 2 * HOUR) == [(AlertReason.CORRECTION, "A plan for open data")]
    assert desk.look(NOON + 3 * HOUR) == []
    desk.send(NOON + 2 * HOUR)
    assert "this is otherwise: about open government" in " ".join(desk.letter().split())
    assert "Why: about a company" in desk.letter()


def test_a_mark_that_changes_nothing_of_what_was_said_tells_nobody(desk: Desk) -> None:
    desk.tell(NOON)
    desk.look(NOON)
    with desk.store.transaction() as tx:
        tx.labels.set_override(make_entry(FIRST).id, LabelOverride(why="sure", at=NOON + HOUR, relevance=Relevance.YES))

    assert desk.look(NOON + HOUR) == []


def test_a_retraction_reaches_those_who_were_told_without_its_words(desk: Desk) -> None:
    desk.tell(NOON)
    desk.look(NOON)
    desk.send(NOON)
    desk.store.documents.retract(make_entry(FIRST).id, "named a person", NOON + HOUR)

    assert desk.look(NOON + 2 * HOUR) == [(AlertReason.CORRECTION, "Retracted")]
    assert desk.look(NOON + 3 * HOUR) == []
    assert desk.send(NOON + 2 * HOUR) == ["Watch watch: Correction: Retracted"]
    assert "have taken its words out of our record" in " ".join(desk.letter().split())
    assert "named a person" not in desk.letter()
    assert "A plan for open data" not in desk.store.dump()


def test_daily_alerts_are_gathered_into_one_letter_at_eight_in_london(desk: Desk) -> None:
    desk.rules = (rule('"open data"', rhythm=Frequency.DAILY),)
    desk.look(NOON - HOUR)
    desk.tell(NOON)
    desk.look(NOON)
    desk.tell(NOON + HOUR, make_entry("https://www.gov.uk/2", title="More open data"))
    desk.look(NOON + HOUR)
    eight = datetime.fromisoformat("2026-06-06T07:00:00Z")  # 08:00 BST

    assert desk.send(NOON + HOUR) == []
    assert desk.send(eight - timedelta(seconds=1)) == []
    assert desk.send(eight + timedelta(minutes=1)) == ["Watch watch: 2 updates"]
    assert desk.send(eight + DAY) == []


def test_what_comes_after_the_days_letter_was_planned_waits_for_the_next(desk: Desk) -> None:
    desk.rules = (rule('"open data"', rhythm=Frequency.DAILY),)
    desk.look(NOON - HOUR)
    eight = datetime.fromisoformat("2026-06-06T07:00:00Z")
    desk.tell(NOON)
    desk.look(NOON)
    desk.send(eight)
    late = make_entry("https://www.gov.uk/late", title="Late open data")
    desk.tell(eight - HOUR, late)
    desk.look(eight - timedelta(minutes=1))  # a poll that took long: stored after the letter was planned

    assert desk.send(eight + HOUR) == ["Watch watch: New: Late open data"]


def test_a_letter_takes_nothing_along_that_is_due_the_next_day(desk: Desk) -> None:
    desk.rules = (rule('"open data"', rhythm=Frequency.DAILY),)
    desk.look(NOON - HOUR)
    eight = datetime.fromisoformat("2026-06-06T07:00:00Z")  # 08:00 BST
    desk.tell(NOON)
    desk.look(NOON)
    desk.tell(eight + HOUR, make_entry("https://www.gov.uk/2", title="More open data"))
    desk.look(eight + HOUR)

    assert desk.send(eight + 2 * HOUR) == ["Watch watch: New: A plan for open data"]
    assert desk.send(eight + DAY) == ["Watch watch: New: More open data"]


def test_only_readers_who_read_hear_and_nobody_is_taken_in_by_a_rule(desk: Desk) -> None:
    desk.rules = (rule('"open data"', mail=("nobody@example.org", "00c0ffee00c0ffee", "gone@example.org")),)
    desk.look(NOON - HOUR)
    desk.store.subscribers.add(
        [reader(id="000000000000dead", address="gone@example.org", standing=SubscriberStatus.UNSUBSCRIBED)]
    )
    desk.tell(NOON)
    desk.look(NOON)

    assert desk.send(NOON) == ["Watch watch: New: A plan for open data"]
    assert [one.status for one in desk.store.subscribers.all()].count(SubscriberStatus.ACTIVE) == 1


def test_a_readers_own_rule_tells_that_reader_and_goes_with_them(desk: Desk) -> None:
    desk.rules = ()
    desk.store.alerts.save_subscriber_rule("00c0ffee00c0ffee", SubscriberRule(id="mine", when='"open data"'))
    desk.look(NOON - HOUR)
    desk.tell(NOON)

    assert desk.look(NOON) == [(AlertReason.NEW, "A plan for open data")]
    assert desk.send(NOON) == ['"open data": New: A plan for open data']
    desk.store.subscribers.erase(["00c0ffee00c0ffee"])
    assert "00c0ffee00c0ffee" not in desk.store.dump()


def test_a_rule_whose_words_change_begins_anew(desk: Desk) -> None:
    desk.tell(NOON, make_entry(FIRST, title="Hedgerows"))
    desk.look(NOON)
    desk.rules = (rule("hedgerows"),)

    assert desk.look(NOON + HOUR) == []
    assert desk.store.alerts.rule_states()["watch"].watched_since == NOON + HOUR


def test_a_rule_is_tried_against_the_past_year(desk: Desk) -> None:
    for days, path, title in (
        (400, "a", "Too old"),
        (300, "b", "One"),
        (300, "c", "Two"),
        (10, "d", "Three"),
    ):
        desk.tell(NOON - days * DAY, make_entry(f"https://www.gov.uk/{path}", title=f"{title}: open data"))
    desk.tell(NOON - DAY, backlog=True)
    changed = make_entry("https://www.gov.uk/d", title="Three: open data, changed")
    desk.tell(NOON - 5 * DAY, changed, ChangeKind.REVISED)

    def tried(changes: bool = False) -> list[list[str]]:
        trial = desk.alerting.try_rule(rule('"open data"', changes=changes), NOON)
        return [sorted(held.entry.title[:5] for _, held in told) for _, told in trial.mails]

    assert tried() == [["One: ", "Two: "], ["Three"]]
    assert tried(changes=True) == [["One: ", "Two: "], ["Three"], ["Three"]]
    assert len(desk.alerting.try_rule(rule("closing:<7d"), NOON).mails) == 0


def test_a_document_that_turns_out_to_be_another_one_is_not_told_again(desk: Desk) -> None:
    elder = make_entry("https://www.gov.uk/elder", title="Something", source="other")
    desk.tell(NOON - HOUR, elder)
    desk.tell(NOON)
    assert desk.look(NOON) == [(AlertReason.NEW, "A plan for open data")]
    with desk.store.transaction() as tx:
        tx.documents.merge(make_entry(FIRST).id, elder.id)
        carriers = tx.carriers.of_documents([elder.id])[elder.id]
        joined = combine_carriers(carriers, lambda entry, sources: make_labels())
        tx.documents.save([replace(joined, entry=replace(joined.entry, title="Open data, joined"))])
    again = replace(elder, title="Open data, joined", text="Open data.")
    desk.tell(NOON + HOUR, again, ChangeKind.RESTATED)

    assert [held.entry.title for held in desk.store.documents.all()] == ["Open data, joined"]
    assert desk.look(NOON + HOUR) == []


def test_a_wide_rule_fills_no_letter_without_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.deliver.alert_mail.MOST", 2)
    for number in range(5):
        desk.tell(NOON, make_entry(f"https://www.gov.uk/{number}", title=f"Open data {number}"))
    desk.look(NOON)

    assert desk.send(NOON) == ["Watch watch: 5 updates"]
    assert desk.letter().count("* New: ") == 2
    assert "... and 3 more, among all updates: https://updates.example.org/" in desk.letter()


def test_an_own_rule_that_cannot_be_read_any_more_is_said_and_stops_nothing(desk: Desk) -> None:
    desk.store.alerts.save_subscriber_rule("00c0ffee00c0ffee", SubscriberRule(id="old", when="topic:forgotten"))
    desk.tell(NOON)

    assert desk.look(NOON) == [(AlertReason.NEW, "A plan for open data")]
    assert list(desk.alerting.unreadable_rules) == ["00c0ffee00c0ffee/old"]


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


def test_letters_of_alerts_are_settled_like_all_others(desk: Desk) -> None:
    desk.tell(NOON)
    desk.look(NOON)
    desk.send(NOON)

    (posting,) = desk.store.deliveries.of_subscriber("00c0ffee00c0ffee")
    assert posting.status is DeliveryStatus.ACCEPTED
