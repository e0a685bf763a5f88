"""Checks rules about records: terms of reference, the website, the repository, the last record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from aggregator.model import Document, Evidence, FactKind, Rule, RuleCheck, RuleResult
from aggregator.model.days import day_in_words, moment_in_words
from aggregator.observe.rules.due_or_overdue import (
    Duty,
    last_day_from,
    last_day_of_count,
    late_unless_unseen,
    met,
    met_until,
    quiet_text,
    unknown,
)
from aggregator.observe.state.process_state import ProcessState, document_evidence, fact_evidence

# The kind of a search for records.
RECORD = "record"


def check_terms_of_reference(rule: Rule, state: ProcessState) -> RuleCheck:
    """Terms of reference are public."""
    evidence = [fact_evidence(fact) for plan in state.plans for fact in plan.facts_of(FactKind.TERMS)]
    evidence += [
        document_evidence(one, official=one.entry.body in state.process.bodies)
        for one in _terms_documents(state)
    ]
    if evidence:
        return met(rule, state, evidence, "terms of reference are public")
    searched = [search.where for search in state.searches if search.kind == FactKind.TERMS]
    return unknown(
        rule, state, [], f"none were found; looked for in: {searched[0]}" if searched else "none were found"
    )


def _terms_documents(state: ProcessState) -> list[Document]:
    """The documents whose titles name both terms of reference and the forum."""
    names = [words.casefold() for words in state.process.forum.words] if state.process.forum else []
    titled = [(one, one.entry.title.casefold()) for one in state.documents]
    return [
        one for one, title in titled if "terms of reference" in title and any(name in title for name in names)
    ]


def check_website(rule: Rule, state: ProcessState) -> RuleCheck:
    """The website of the process answered when we last polled it."""
    address = state.process.website
    source = next(
        (one for one in state.sources if address and address in {one.source.page, one.source.address}), None
    )
    if source is None or not source.source.enabled:
        return unknown(
            rule, state, [], "no page that we read is known as the one that is kept for the process"
        )
    page = Evidence(title=source.source.title, url=address, moment=None, official=True)
    polled = source.state
    if polled.last_read is None:
        return unknown(rule, state, [page], "we had not read it by this day")
    if polled.failure:
        since = polled.failing_since.astimezone(state.zone).date() if polled.failing_since else None
        return unknown(rule, state, [page], "we cannot read it", since)
    answered_on = day_in_words(polled.last_read.astimezone(state.zone).date())
    if source.source.title in state.coverage.unreadable:
        why = f"not read up to this day; it last answered on {answered_on}"
        return unknown(rule, state, [page], why)
    why = f"it answered on {answered_on}{_last_change_text(address, state)}"
    return met(rule, state, [page], why)


def _last_change_text(address: str, state: ProcessState) -> str:
    """When the page was last changed, according to the page itself."""
    changes = (
        one.entry.updated or one.entry.published for one in state.documents if one.entry.url == address
    )
    last = next((moment for moment in changes if moment and state.last_day(moment) <= state.day), None)
    return f"; by its own word it was last changed on {day_in_words(state.last_day(last))}" if last else ""


def check_repository(rule: Rule, state: ProcessState) -> RuleCheck:
    """Documents were added on at least `count` days in the `days` up to this one."""
    span = timedelta(days=rule.days)
    recent = [
        one
        for one in state.repository_records
        if one.moment and state.day - state.last_day(one.moment) <= span
    ]
    # Two documents on one day are one addition (decision 14).
    added = sorted({state.last_day(one.moment) for one in recent if one.moment}, reverse=True)
    why = f"additions in the last {rule.days} days that we know: {len(added)}; {rule.count} are asked for"
    if len(added) >= rule.count:
        return met_until(rule, state, added[rule.count - 1] + span, recent, why)
    days = {state.last_day(one.moment) for one in state.repository_records if one.moment}
    known = sorted(days, reverse=True)
    duty = Duty(
        kind=RECORD,
        coverage=state.coverage,
        known=known,
        by=last_day_of_count(rule, span, known, state.coverage),
        evidence=recent,
        why=why,
    )
    return late_unless_unseen(rule, state, duty)


def check_last_record(rule: Rule, state: ProcessState) -> RuleCheck:
    """The newest dated record of the bodies is at most `days` old."""
    newest = state.records[0] if state.records else None
    day = state.last_day(newest.moment) if newest and newest.moment else None
    if newest and newest.moment and day:
        by = last_day_from(rule, state, day)
        if state.day <= by:
            return met_until(rule, state, by, [newest], f"the last record {_came_out(newest, state)}")
    why = f"the last record that we hold {_came_out(newest, state)}" if newest else "we hold no dated record"
    # An undated document may be newer than the last dated record, until the day on which we knew it.
    newer = state.undated if day is None or day < state.undated_until else ()
    newer = (*newer, *state.minutes_seen_later[:1])
    perhaps = f"; a document may be newer, which {_came_out(newer[-1], state)}" if newer else ""
    duty = Duty(
        kind=RECORD,
        coverage=state.coverage,
        known=[day] if day else [],
        perhaps_until=_perhaps_until(newer, state),
        evidence=[*([newest] if newest else []), *newer],
        why=why + perhaps + (quiet_text(state, day) if day else ""),
    )
    check = late_unless_unseen(rule, state, duty)
    if check.result in {RuleResult.OVERDUE, RuleResult.PAST_OUR_LIMIT} and not newest and not state.plans:
        return unknown(rule, state, [], "neither a record nor a plan of it is known to us")
    return check


def _perhaps_until(newer: Iterable[Evidence], state: ProcessState) -> date:
    """The day up to which a document without a date may have come out; `date.min` without any."""
    days = (state.last_day(one.moment) for one in newer if one.moment)
    return min(max(days, default=date.min), state.day)


def _came_out(one: Evidence, state: ProcessState) -> str:
    """`came out on 12 August 2024`, `came out in 2024`; without a date `came out no later than …`."""
    if one.moment is None:
        return "bears no date"
    if one.no_later:
        return f"bears no date and came out no later than {day_in_words(state.last_day(one.moment))}"
    return f"came out {moment_in_words(one.moment, state.zone)}"
