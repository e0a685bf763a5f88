"""Builds alerts from events, and the mails that send them."""

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
from aggregator.model.alert_rules import ALERT_RUN_PREFIX, Alert, AlertEvent, AlertReason, AlertRule
from aggregator.model.licences import may_show
from aggregator.model.subscriptions import Frequency
from aggregator.values.text import one_line

# In one mail. A rule may match far more than its author expected.
MAX_DOCUMENTS: Final = 100

# Order in a mail: first what corrects an earlier mail, then what subscribers have to act on.
EVENT_ORDER: Final = (
    AlertReason.CORRECTION,
    AlertReason.CLOSING,
    AlertReason.NEW,
    AlertReason.CHANGED,
    AlertReason.REMOVED,
)

EVENT_HEADINGS: Final = {
    AlertReason.CORRECTION: "Correction",
    AlertReason.CLOSING: "Closing soon",
    AlertReason.NEW: "New",
    AlertReason.CHANGED: "Changed",
    AlertReason.REMOVED: "Removed",
}
RETRACTED: Final = "retracted"
# Parts that only the operator corrects, never the publisher.
OPERATOR_PARTS: Final = frozenset({"about open government", "type", "topics", RETRACTED})


def alert_run(rule: str, now: datetime) -> str:
    """The run of one rule's mails at `now`. Short, since the return address (64 characters) contains it."""
    return f"{ALERT_RUN_PREFIX}{hashlib.sha256(rule.encode()).hexdigest()[:8]}.{int(now.timestamp()):x}"


def alert_due_at(frequency: Frequency, found: datetime, zone: ZoneInfo) -> datetime:
    """When an alert found at `found` is sent: at once, or at the next 08:00 in `zone`. In UTC for 08:00."""
    if frequency is Frequency.AT_ONCE:
        return found
    # Both by the wall clock of the zone: 08:00 tomorrow may be 23 or 25 hours away.
    local = found.astimezone(zone)
    today = datetime.combine(local.date(), DIGEST_TIME, zone)
    tomorrow = datetime.combine(local.date() + timedelta(days=1), DIGEST_TIME, zone)
    return (today if local <= today else tomorrow).astimezone(UTC)


def build_alert(
    rule: AlertRule, event: AlertEvent, document: Document, *, found: datetime, page: str, zone: ZoneInfo
) -> Alert:
    """The alert about a document as it is now. `page` is our permanent page of it.

    The publisher's summary and note are left out unless the licence allows us to show them.
    """
    # Texts are stored in the alert as they were, since the document may change before the mail goes out.
    entry, licensed = document.entry, may_show(document.entry.licence)
    return Alert(
        rule_key=rule.key,
        document_id=entry.id,
        event=event if licensed or _is_by_operator(event) else replace(event, note=""),
        found_at=found,
        due=alert_due_at(rule.frequency, found, zone),
        title=entry.title,
        url=entry.url or page,
        page=page,
        body=entry.body,
        type=document.labels.type,
        topics=document.labels.topics,
        sentence=first_sentence(entry.summary) if licensed else "",
        language=entry.language,
        dated=document.dated,
        closes=entry.closes,
    )


def operator_correction(alert: Alert, document: Document, override: LabelOverride) -> AlertEvent | None:
    """The correction that a label override makes to an alert; None when the alert is still right."""
    labels = document.labels
    parts = [
        name
        for name, differs in (
            ("about open government", not labels.relevant),
            ("type", labels.type != alert.type),
            ("topics", set(labels.topics) != set(alert.topics)),
        )
        if differs
    ]
    if not parts:
        return None
    return AlertEvent(at=override.at, reason=AlertReason.CORRECTION, parts=tuple(parts), note=override.why)


def retraction_alert(
    alert: Alert, rule: AlertRule, retraction: Retraction, *, found: datetime, zone: ZoneInfo
) -> Alert:
    """The alert that a document was retracted. It does not say why: the reason is published nowhere."""
    event = AlertEvent(at=retraction.at, reason=AlertReason.CORRECTION, parts=(RETRACTED,))
    return replace(alert, event=event, found_at=found, due=alert_due_at(rule.frequency, found, zone))


def prepare_alert_mail(
    run: str,
    name: str,
    rule: AlertRule | None,
    alerts: Sequence[Alert],
    subscriber: Subscriber,
    context: MailContext,
    bodies: Mapping[str, Body],
) -> PreparedMessage:
    """The mail of an alert run, for all who share `subscriber`'s `is_list` and list address.

    `alerts` must not be empty. `rule` is None when it was removed after the alerts were planned; they are
    sent all the same.
    """
    at, zone = max(alert.due for alert in alerts), context.site.timezone
    ordered = sorted(
        alerts, key=lambda one: (EVENT_ORDER.index(one.event.reason), one.event.at, one.document_id)
    )
    items = "\n\n".join(_item(alert, at, zone, bodies) for alert in ordered[:MAX_DOCUMENTS])
    left = len(ordered) - MAX_DOCUMENTS
    more = f"... and {left} more, among all updates: {context.site.base_url}" if left > 0 else ""
    why_you_get_this = f"You asked to be told of: {rule.when}" if rule else "You asked to be told of this."
    if subscriber.is_list:
        why_you_get_this = f"You are on a mailing list that is told of: {rule.when}" if rule else ""
    site = context.site
    footer_lines = (site.title, f"All updates: {site.base_url}", site.contact, site.postal_address)
    parts = (
        wrap(f"Alert: {one_line(name, MAX_TITLE_LENGTH)}"),
        items,
        more,
        wrap(one_line(why_you_get_this)),
        _unsubscribe_lines(subscriber, context, run),
        "-- \n" + "\n".join(one_line(line) for line in footer_lines if line),
    )
    text = "\n\n".join(part for part in parts if part) + "\n"
    # Plain text only: alerts are short, and read on phones (decision 23).
    return prepare_text_mail(run, subscriber, context, subject=_subject(name, ordered), at=at, text=text)


def _subject(name: str, ordered: Sequence[Alert]) -> str:
    """The event and title of a single document, or how many documents there are."""
    if len(ordered) == 1:
        return f"{one_line(name, 60)}: {_heading_and_title(ordered[0])}"
    count = count_text(len(ordered), "update", "updates")
    corrections = sum(alert.event.reason is AlertReason.CORRECTION for alert in ordered)
    corrected = f", {count_text(corrections, 'correction', 'corrections')}" if corrections else ""
    return f"{one_line(name, 60)}: {count}{corrected}"


def _heading_and_title(alert: Alert) -> str:
    return f"{EVENT_HEADINGS[alert.event.reason]}: {one_line(alert.title, 160)}"


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
            wrap(_heading_and_title(alert), "* ", "  "),
            *(wrap(one_line(line, MAX_SENTENCE_LENGTH), "  ", "  ") for line in lines if line),
            *(f"  {one_line(link)}" for link in links if link),
        )
    )


def _what_happened(alert: Alert) -> Iterator[str]:
    event = alert.event
    if RETRACTED in event.parts:
        yield "We told you of this document, and have taken its words out of our record."
    elif event.reason is AlertReason.CORRECTION:
        yield "We told you of this before; since then this is otherwise: " + ", ".join(event.parts)
    elif event.reason is AlertReason.CHANGED:
        yield changes_text(event.parts)
    if event.note:
        yield f"Why: {event.note}" if _is_by_operator(event) else f"The publisher says: {event.note}"


def _is_by_operator(event: AlertEvent) -> bool:
    """Whether the operator made this correction, not the publisher."""
    return event.reason is AlertReason.CORRECTION and bool(OPERATOR_PARTS & set(event.parts))


def _unsubscribe_lines(subscriber: Subscriber, context: MailContext, run: str) -> str:
    """How to unsubscribe. The token stops all mail: there is none for a single rule."""
    page, placeholder = context.site.subscriptions_url, context.tokens.placeholder(run)
    if subscriber.is_list:
        lines = [
            "Leaving: as you leave the list that passed it on.",
            list_unsubscribe_link(subscriber.leave_instructions),
        ]
    elif page:
        choices = ["To change your alerts, to choose or to pause:", page]
        lines = ["To leave all letters and alerts at once:", f"{page}leave/{placeholder}", *choices]
    else:
        mailto = unsubscribe_mailto(context.replies_mailbox, placeholder)
        lines = ["To leave all letters and alerts, send this mail as it is:", mailto]
    return "\n".join(f"{'  ' * (n % 2)}{line}" for n, line in enumerate(lines) if line)
