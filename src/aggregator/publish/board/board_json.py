"""The board as data: `board.json`, whose form docs/outputs.md tells, and `aggregator board --json`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from aggregator.model import (
    Artifact,
    Board,
    BoardLine,
    Check,
    Claim,
    CommitmentLine,
    Coverage,
    Deadline,
    Evidence,
    Fact,
    Meeting,
    Moment,
    PlanLine,
    ProcessLine,
    PublishingFrequency,
    Silence,
    Site,
    Snapshot,
)
from aggregator.publish.board.wording import evidence_link
from aggregator.publish.presentation.dates import say
from aggregator.publish.presentation.paths import Facet, facet_page_path, web
from aggregator.publish.presentation.text import clean_line

VERSION: Final = 1
"""Of the form. A key may be added; taking one away, or changing its meaning, makes a new version."""

Data = dict[str, Any]


def publish_board_json(edition: Snapshot) -> Iterator[Artifact]:
    """`board.json`; nothing where no process is observed."""
    if not edition.board.processes:
        return
    data = board_data(edition.board, edition.site)
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    yield Artifact(path="board.json", media_type="application/json", payload=text.encode())


def board_data(board: Board, site: Site) -> Data:
    """The board as plain values: days as `2024-01-24`, coarse dates as `2024-01` or `2024`."""
    zone = site.zone
    return {
        "version": VERSION,
        "day": board.at.astimezone(zone).date().isoformat(),
        "zone": str(site.zone),
        "official": False,
        "records": clean_line(board.counting),
        "corrections": clean_line(site.contact),
        "processes": [_process(one, site, zone) for one in board.processes],
        "bodies": [_body(one) for one in board.lines],
    }


def _process(one: ProcessLine, site: Site, zone: ZoneInfo) -> Data:
    return {
        "id": one.process.id,
        "name": clean_line(one.process.name),
        "membership": one.process.membership.value,
        "silence": _silence(one.silence, site, zone),
        "watch": _watch(one.watch),
        "next_deadline": _deadline(one.deadlines[0], site, zone) if one.deadlines else None,
        "checks": [_check(check, site, zone) for check in one.checks],
        "plans": [_plan(plan, site, zone) for plan in one.plans],
        "meetings": [_meeting(meeting, site, zone) for meeting in one.meetings],
        "deadlines": [_deadline(deadline, site, zone) for deadline in one.deadlines],
        "habits": [_habit(habit) for habit in one.habits],
    }


def _silence(one: Silence, site: Site, zone: ZoneInfo) -> Data:
    return {
        "last": _evidence(one.last, site, zone) if one.last else None,
        "days": one.days,
        "watched_days": one.observed,
        "reconstructed": one.reconstructed,
        "rule": one.check.rule.id if one.check else None,
        "newer_but_no_record": _evidence(one.other, site, zone) if one.other else None,
    }


def _watch(one: Coverage) -> Data:
    return {
        "sources": [clean_line(title) for title in one.looked],
        "began": _day(one.began),
        "since": _day(one.since),
        "gaps": [
            {
                "source": clean_line(gap.source),
                "since": _day(gap.since),
                "until": _day(gap.until),
                "watch_began_anew": gap.breaks,
            }
            for gap in one.gaps
        ],
        "unread": [clean_line(title) for title in one.unread],
        "unread_since": _day(one.unread_since),
    }


def _check(one: Check, site: Site, zone: ZoneInfo) -> Data:
    return {
        "rule": one.rule.id,
        "title": clean_line(one.rule.title),
        "basis": one.rule.basis.value,
        "source": web(one.rule.source),
        "standing": one.standing.value,
        "days": one.days,
        "by": _day(one.by),
        "since": _day(one.since),
        "why": clean_line(one.why),
        "plan": one.plan or None,
        "reconstructed": one.reconstructed,
        "evidence": [_evidence(each, site, zone) for each in one.evidence],
    }


def _plan(one: PlanLine, site: Site, zone: ZoneInfo) -> Data:
    return {
        "id": one.plan.id,
        "title": clean_line(one.plan.title),
        "page": site.base_url + facet_page_path(Facet.PLAN, one.plan.id),
        "stage": one.stage.value,
        "since": _moment(one.since, zone),
        "days": one.days,
        "live": one.live,
        "claims": [_fact(fact, zone) for fact in one.plan.facts],
        "commitments": [_commitment(each, site, zone) for each in one.commitments],
    }


def _fact(one: Fact, zone: ZoneInfo) -> Data:
    return {
        "is": one.kind.value,
        **_claim(one.claim, zone),
        "public_since": _moment(one.public_since, zone),
        "read": _day(one.read_on),
        "official": one.official,
        "used": one.used,
        "why": clean_line(one.why),
        "rule": one.rule or None,
        "verdict": one.verdict,
    }


def _claim(one: Claim, zone: ZoneInfo) -> Data:
    return {
        "what": clean_line(one.what),
        "date": _moment(one.moment, zone),
        "source": web(one.source),
        "note": clean_line(one.note),
    }


def _commitment(one: CommitmentLine, site: Site, zone: ZoneInfo) -> Data:
    return {
        "id": clean_line(one.id),
        "title": clean_line(one.title),
        "said": clean_line(one.said) or None,
        "completion": clean_line(one.completion) or None,
        "assessed": [_claim(claim, zone) for claim in one.assessed],
        "updated": _moment(one.updated, zone),
        "milestones": [_claim(claim, zone) for claim in one.milestones],
        "due_after_the_plan": [_claim(claim, zone) for claim in one.late],
        "evidence": [_evidence(each, site, zone) for each in one.evidence],
    }


def _meeting(one: Meeting, site: Site, zone: ZoneInfo) -> Data:
    return {
        "held": _day(one.held),
        "posted": _moment(one.posted, zone),
        "lag": one.lag,
        "official": one.official,
        "formal": one.formal,
        "names": one.names,
        "slides": one.slides,
        "next": _moment(one.following, zone),
        "conflicts": [_claim(claim, zone) for claim in one.conflicts],
        "evidence": [_evidence(each, site, zone) for each in one.evidence],
    }


def _deadline(one: Deadline, site: Site, zone: ZoneInfo) -> Data:
    return {
        "id": clean_line(one.id),
        "title": clean_line(one.title),
        "day": _day(one.day),
        "days": one.days,
        "date": _moment(one.exact, zone),
        "plan": one.plan or None,
        "evidence": [_evidence(each, site, zone) for each in one.evidence],
    }


def _habit(one: PublishingFrequency) -> Data:
    return {
        "source": clean_line(one.source),
        "title": clean_line(one.title),
        "documents": one.count,
        "newest": _day(one.newest),
        "usual_gap": one.usual,
        "longest_gap": one.longest,
        "usual_lag": one.late,
        "years": {str(year): number for year, number in one.years.items()},
    }


def _body(one: BoardLine) -> Data:
    return {
        "id": one.body.id,
        "name": clean_line(one.body.name),
        "last": one.last.entry.id if one.last else None,
        "last_on": _day(one.last_on),
        "days": one.days,
        "reading": one.reading.value,
        "since": _instant(one.since),
    }


def _evidence(one: Evidence, site: Site, zone: ZoneInfo) -> Data:
    return {
        "title": clean_line(one.title),
        "url": absolute_evidence_link(one, site),
        "date": _moment(one.moment, zone),
        "official": one.official,
        "note": clean_line(one.note),
    }


def absolute_evidence_link(one: Evidence, site: Site) -> str | None:
    """The absolute address of a piece of evidence; None where there is none that may be linked."""
    where = evidence_link(one)
    return where if where is None or web(where) else site.base_url + where


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(moment: Moment | None, zone: ZoneInfo) -> str | None:
    return say(moment, zone).stamp if moment else None


def _instant(instant: datetime | None) -> str | None:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ") if instant else None
