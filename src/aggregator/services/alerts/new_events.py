"""Chooses the events on a document that alert now: what was not sent before, and corrections of what was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.classify.alert_matching import (
    MatchableDocument,
    MatchableRule,
    alert_events,
    find_publishers_correction,
)
from aggregator.deliver.alert_mail import operator_correction
from aggregator.model import LabelOverride
from aggregator.model.alert_rules import Alert, AlertEvent, AlertReason, AlertRuleState


@dataclass(frozen=True, slots=True)
class MatchContext:
    """What a rule and a document are compared with at `now`."""

    now: datetime
    # The alerts of the rule about the document, oldest first.
    already_sent: Sequence[Alert]
    override: LabelOverride | None


def new_events(
    rule: MatchableRule, state: AlertRuleState, matchable: MatchableDocument, context: MatchContext
) -> Iterator[AlertEvent]:
    """The events on a document that alert now: one per document, or one per change if the rule says so."""
    sent = context.already_sent
    events = alert_events(
        rule,
        matchable,
        first_seen_from=state.watched_since,
        changed_from=state.checked_until,
        until=context.now,
    )
    if not (events or sent):
        return
    # If the machine was off on the day, a closing alert comes late, but not after the document has closed.
    is_open = (matchable.open_until or context.now) >= context.now
    new = [one for one in events if one.reason is not AlertReason.CLOSING or is_open]
    if rule.alerts_on_changes:
        sent_keys = {alert.event.key for alert in sent}
        yield from (one for one in new if one.key not in sent_keys)
    elif not sent:
        yield from new[:1]
    # A change alert already shows the document as it is now, so it needs no correction as well.
    if sent and not any(one.reason in (AlertReason.CHANGED, AlertReason.REMOVED) for one in new):
        yield from _corrections(state, matchable, sent[-1], context)


def _corrections(
    state: AlertRuleState, matchable: MatchableDocument, last: Alert, context: MatchContext
) -> Iterator[AlertEvent]:
    """Corrections of the last alert about a document, by the publisher and by the operator."""
    by_publisher = find_publishers_correction(matchable, changed_from=state.checked_until, until=context.now)
    if by_publisher and by_publisher.at > last.found_at:
        yield by_publisher
    override = context.override
    if override and state.checked_until <= override.at <= context.now:
        by_operator = operator_correction(last, matchable.document, override)
        if by_operator:
            yield by_operator
