"""Finds the documents that may be the next plan, before the register of plans says that it is published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from aggregator.model import Document, Plan, ReasonSource
from aggregator.model.days import day_in_words, day_of
from aggregator.observe.state.process_state import OFFICIAL_HOSTS, ProcessState, is_official
from aggregator.observe.state.stages import available_on

PLAN_TYPE: Final = "action-plan"
# The first topic of every plan for open government.
PROCESS_TOPIC: Final = "open-government-process"
# Where a document says what it is; a plan that is named elsewhere is only mentioned.
OWN_NAME: Final = frozenset({ReasonSource.TITLE, ReasonSource.ADDRESS})


def next_plan_candidates(state: ProcessState, after: Sequence[Plan]) -> list[Document]:
    """The official documents that may be the next plan, the newest first.

    `after`: the plans of the register after the last one that ended.
    """
    next_ids = {plan.id for plan in after if not available_on(plan, state)}
    found = [one for one in state.documents if _is_official_plan(one) and not _is_in_register(one, state)]
    found = [one for one in found if _named(one) & next_ids or _may_be_new(one, state)]
    return sorted(found, key=lambda one: (known_by(one, state), one.entry.id), reverse=True)


def perhaps_published(document: Document, by: date, state: ProcessState) -> str:
    """What the board says of a document that may be the next plan, due by the day `by`."""
    day = known_by(document, state)
    published = document.entry.published
    # Without a date of publishing it may be older than the day on which we saw it.
    if published is None or day <= by:
        return f"perhaps met: {document.entry.title}; confirm in plans.yaml"
    late = f"on {day_in_words(day)}, after the limit of {day_in_words(by)}"
    return f"perhaps published {late}: {document.entry.title}; confirm in plans.yaml"


def known_by(document: Document, state: ProcessState) -> date:
    """The day on which the document was published; without a date, the one on which we first saw it."""
    published = document.entry.published
    return state.last_day(published) if published else day_of(document.first_seen, state.zone)


def _is_official_plan(document: Document) -> bool:
    # A type by the summary alone says that the document has to do with a plan, not that it is one.
    by_summary = any(
        reason.supports == f"type:{PLAN_TYPE}" and reason.found_in is ReasonSource.SUMMARY
        for reason in document.labels.reasons
    )
    is_plan = document.labels.type == PLAN_TYPE and not by_summary
    return is_plan and is_official(document.entry.url, OFFICIAL_HOSTS)


def _is_in_register(document: Document, state: ProcessState) -> bool:
    """Whether it is a page that the register already knows, such as the collection of all plans."""
    pages = {fact.claim.source for plan in state.plans for fact in plan.facts}
    return document.entry.url in {*pages, state.process.website}


def _named(document: Document) -> set[str]:
    """The plans by whose names the document calls itself."""
    return {
        reason.supports.removeprefix("plan:")
        for reason in document.labels.reasons
        if reason.supports.startswith("plan:") and reason.found_in in OWN_NAME
    }


def _may_be_new(document: Document, state: ProcessState) -> bool:
    """Whether a plan that names none of the register came out after the last one of the register."""
    # Plans against corruption or for equality are action plans too.
    if document.labels.plans or document.labels.topics[:1] != (PROCESS_TOPIC,):
        return False
    if document.entry.published is None:
        # What a source had at our first look at it may be of any age.
        return not document.backlog
    last = max((day for plan in state.plans if (day := available_on(plan, state))), default=date.min)
    return known_by(document, state) > last
