"""Alerts in words: what is kept of an occasion, when it goes out, and the letter that tells it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.deliver.digest.footer import list_unsubscribe_link, unsubscribe_mailto
from aggregator.deliver.digest.formatting import (
    MAX_SENTENCE_LENGTH,
    MAX_TITLE_LENGTH,
    changes_text,
    closing_text,
    count_text,
    first_sentence,
    language_text,
    moment_text,
    wrap,
)
from aggregator.deliver.digest.headings import update_type
from aggregator.deliver.digest.weeks import DIGEST_TIME
from aggregator.deliver.mail.prepared import MailContext, PreparedMessage, prepare_text_mail
from aggregator.model import Body, Document, LabelOverride, Retraction, Subscriber
from aggregator.model.alerts import ALERT, Alert, AlertEvent, AlertRule, AlertReason
from aggregator.model.licences import may_show
from aggregator.model.subscriptions import Frequency
from aggregator.values.text import one_line

MAX_DOCUMENTS: Final = 100
"""Documents in one letter: a rule may be wider than its writer thought."""

EVENT_ORDER: Final = (AlertReason.CORRECTION, AlertReason.CLOSING, AlertReason.NEW, AlertReason.CHANGED, AlertReason.REMOVED)
"""What has to be put right stands first, then what has to be acted on."""

EVENT_HEADINGS: Final = {
    AlertReason.CORRECTION: "Correction",
    AlertReason.CLOSING: "Closing soon",
    AlertReason.NEW: "New",
    AlertReason.CHANGED: "Changed",
    AlertReason.REMOVED: "Removed",
}
RETRACTED: Final = "retracted"
OPERATOR_PARTS: Final = frozenset({"about open government", "type", "topics", RETRACTED})
"""The parts that only we correct."""


def alert_run(rule: str, now: datetime) -> str:
    """The run of the letters in which a rule tells, at `now`, what is due; short, since envelopes hold it."""
    return f"{ALERT}{hashlib.sha256(rule.encode()).hexdigest()[:8]}.{int(now.timestamp()):x}"


def alert_due_at(rhythm: Frequency, found: datetime, zone: ZoneInfo) -> datetime:
    """When what was found goes out: at once, or at the next 08:00 by the clocks of the zone."""
    if rhythm is Frequency.AT_ONCE:
        return found
    local = found.astimezone(zone)
    opens = datetime.combine(local.date(), DIGEST_TIME, zone)
    later = datetime.combine(local.date() + timedelta(days=1), DIGEST_TIME, zone)
    return (opens if local <= opens else later).astimezone(UTC)


def build_alert(
    rule: AlertRule, occasion: AlertEvent, holding: Document, *, found: datetime, page: str, zone: ZoneInfo
) -> Alert:
    """What a rule's people are told of a document as it stands. `page` is our permanent page of it.

    Where its licence does not let us, neither sentence nor note of the publisher is repeated.
    """
    entry, licensed = holding.entry, may_show(holding.entry.licence)
    return Alert(
        rule=rule.key,
        entry=entry.id,
        occasion=occasion if licensed or _is_ours(occasion) else replace(occasion, note=""),
        found=found,
        due=alert_due_at(rule.frequency, found, zone),
        title=entry.title,
        url=entry.url or page,
        page=page,
        body=entry.body,
        type=holding.labels.type,
        topics=holding.labels.topics,
        sentence=first_sentence(entry.summary) if licensed else "",
        language=entry.language,
        dated=holding.dated,
        closes=entry.closes,
    )


def operator_correction(told: Alert, holding: Document, mark: LabelOverride) -> AlertEvent | None:
    """What the operator's mark makes untrue of an alert; None when what it said still holds."""
    labels = holding.labels
    parts = [
        name
        for name, moved in (
            ("about open government", not labels.relevant),
            ("type", labels.type != told.type),
            ("topics", set(labels.topics) != set(told.topics)),
        )
        if moved
    ]
    return AlertEvent(at=mark.at, why=AlertReason.CORRECTION, parts=tuple(parts), note=mark.why) if parts else None


def retraction_alert(
    told: Alert, rule: AlertRule, gone: Retraction, *, found: datetime, zone: ZoneInfo
) -> Alert:
    """Word to those who were told of a document that we took its words out; why is not told, as nowhere."""
    occasion = AlertEvent(at=gone.at, why=AlertReason.CORRECTION, parts=(RETRACTED,))
    return replace(told, occasion=occasion, found=found, due=alert_due_at(rule.frequency, found, zone))


def prepare_alert_mail(
    run: str,
    name: str,
    rule: AlertRule | None,
    alerts: Sequence[Alert],
    reader: Subscriber,
    stationery: MailContext,
    bodies: Mapping[str, Body],
) -> PreparedMessage:
    """The letter of a run for everybody who leaves as `reader` does; `alerts` is not empty.

    `rule` None: it is no longer there, and what it found is still told.
    """
    at, zone = max(alert.due for alert in alerts), stationery.site.timezone
    ordered = sorted(
        alerts, key=lambda one: (EVENT_ORDER.index(one.occasion.why), one.occasion.at, one.entry)
    )
    told = "\n\n".join(_item(alert, at, zone, bodies) for alert in ordered[:MAX_DOCUMENTS])
    left = len(ordered) - MAX_DOCUMENTS
    more = f"... and {left} more, among all updates: {stationery.site.base_url}" if left > 0 else ""
    words = f"You asked to be told of: {rule.when}" if rule else "You asked to be told of this."
    if reader.is_list:
        words = f"You are on a mailing list that is told of: {rule.when}" if rule else ""
    site = stationery.site
    foot = (site.title, f"All updates: {site.base_url}", site.contact, site.postal_address)
    parts = (
        wrap(f"Alert: {one_line(name, MAX_TITLE_LENGTH)}"),
        told,
        more,
        wrap(one_line(words)),
        _leaving(reader, stationery, run),
        "-- \n" + "\n".join(one_line(line) for line in foot if line),
    )
    text = "\n\n".join(part for part in parts if part) + "\n"
    return prepare_text_mail(run, reader, stationery, subject=_subject(name, ordered), at=at, text=text)


def _subject(name: str, ordered: Sequence[Alert]) -> str:
    """What happened to a single document, or how many there are."""
    if len(ordered) == 1:
        return f"{one_line(name, 60)}: {_headed(ordered[0])}"
    count = count_text(len(ordered), "update", "updates")
    fixed = sum(alert.occasion.why is AlertReason.CORRECTION for alert in ordered)
    corrected = f", {count_text(fixed, 'correction', 'corrections')}" if fixed else ""
    return f"{one_line(name, 60)}: {count}{corrected}"


def _headed(alert: Alert) -> str:
    return f"{EVENT_HEADINGS[alert.occasion.why]}: {one_line(alert.title, 160)}"


def _item(alert: Alert, at: datetime, zone: ZoneInfo, bodies: Mapping[str, Body]) -> str:
    body = bodies[alert.body].name if alert.body in bodies else alert.body
    language = language_text(alert.language)
    lines = (
        f"{body} · {update_type(alert.type).label}{f' · {language}' if language else ''}",
        *_what_happened(alert),
        closing_text(alert.closes, at, zone) if alert.closes else "",
        alert.sentence,
        f"Dated {moment_text(alert.dated, zone)}" if alert.dated else "",
    )
    links = [alert.url, f"Our record of it: {alert.page}" * (alert.page != alert.url)]
    return "\n".join(
        (
            wrap(_headed(alert), "* ", "  "),
            *(wrap(one_line(line, MAX_SENTENCE_LENGTH), "  ", "  ") for line in lines if line),
            *(f"  {one_line(link)}" for link in links if link),
        )
    )


def _what_happened(alert: Alert) -> Iterator[str]:
    occasion = alert.occasion
    if RETRACTED in occasion.parts:
        yield "We told you of this document, and have taken its words out of our record."
    elif occasion.why is AlertReason.CORRECTION:
        yield "We told you of this before; since then this is otherwise: " + ", ".join(occasion.parts)
    elif occasion.why is AlertReason.CHANGED:
        yield changes_text(occasion.parts)
    if occasion.note:
        yield f"Why: {occasion.note}" if _is_ours(occasion) else f"The publisher says: {occasion.note}"


def _is_ours(occasion: AlertEvent) -> bool:
    """Whether it was we who corrected, and not the publisher."""
    return occasion.why is AlertReason.CORRECTION and bool(OPERATOR_PARTS & set(occasion.parts))


def _leaving(reader: Subscriber, stationery: MailContext, run: str) -> str:
    """How to leave: all letters, since a reader's word to leave knows nothing smaller."""
    page, slot = stationery.site.subscriptions_url, stationery.tokens.placeholder(run)
    if reader.is_list:
        lines = ["Leaving: as you leave the list that passed it on.", list_unsubscribe_link(reader.leave)]
    elif page:
        choose = ["To change your alerts, to choose or to pause:", page]
        lines = ["To leave all letters and alerts at once:", f"{page}leave/{slot}", *choose]
    else:
        way = unsubscribe_mailto(stationery.replies_mailbox, slot)
        lines = ["To leave all letters and alerts, send this mail as it is:", way]
    return "\n".join(f"{'  ' * (n % 2)}{line}" for n, line in enumerate(lines) if line)
