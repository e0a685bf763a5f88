"""The board as data, for `board.json` and `aggregator board --json`.

docs/outputs.md documents every key. Keys are a published interface: they do not follow the names in code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from aggregator.model import (
    DEMONSTRATION,
    Artifact,
    Board,
    BoardRow,
    Claim,
    CommitmentReport,
    Coverage,
    Deadline,
    Evidence,
    Fact,
    Meeting,
    Moment,
    PlanReport,
    ProcessReport,
    PublishingFrequency,
    QuietDays,
    RuleCheck,
    Silence,
    Site,
    Snapshot,
)
from aggregator.publish.board.wording import evidence_link
from aggregator.publish.presentation.dates import format_moment
from aggregator.publish.presentation.paths import Facet, facet_page_path, web_url
from aggregator.publish.presentation.text import clean_line

# The version of the format. A key may be added; removing one or changing its meaning needs a new version.
VERSION: Final = 1

Data = dict[str, Any]


def publish_board_json(snapshot: Snapshot) -> Iterator[Artifact]:
    """`board.json`; no file when no process is observed."""
    if not snapshot.board.processes:
        return
    data = board_data(snapshot.board, snapshot.site)
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    yield Artifact(path="board.json", media_type="application/json", payload=text.encode())


def board_data(board: Board, site: Site) -> Data:
    """The board as JSON values: days are `2024-01-24` in the site's zone, coarse ones `2024-01` or `2024`."""
    zone = site.timezone
    return {
        "version": VERSION,
        "day": board.at.astimezone(zone).date().isoformat(),
        "zone": str(site.timezone),
        "official": False,
        **({"demonstration": DEMONSTRATION} if site.is_demonstration else {}),
        "records": clean_line(board.record_criteria),
        "corrections": clean_line(site.contact),
        "processes": [_process(report, site, zone) for report in board.processes],
        "bodies": [_board_row(row) for row in board.rows],
    }


# From here on: each function makes one object of the format. A key that differs from its field has its
# published name; change neither the key nor the meaning of its values without a new `VERSION`.


def _process(report: ProcessReport, site: Site, zone: ZoneInfo) -> Data:
    return {
        "id": report.process.id,
        "name": clean_line(report.process.name),
        "membership": report.process.membership.value,
        "silence": _silence(report.silence, site, zone),
        "watch": _coverage(report.coverage),
        "next_deadline": _deadline(report.deadlines[0], site, zone) if report.deadlines else None,
        "checks": [_check(check, site, zone) for check in report.checks],
        "plans": [_plan(plan, site, zone) for plan in report.plans],
        "meetings": [_meeting(meeting, site, zone) for meeting in report.meetings],
        "deadlines": [_deadline(deadline, site, zone) for deadline in report.deadlines],
        "habits": [_publishing_frequency(frequency) for frequency in report.publishing_frequencies],
    }


def _silence(silence: Silence, site: Site, zone: ZoneInfo) -> Data:
    other = silence.other_document
    return {
        "last": _evidence(silence.last, site, zone) if silence.last else None,
        "days": silence.days,
        "watched_days": silence.observed_days,
        "quiet": [_quiet_days(one) for one in silence.quiet],
        "reconstructed": silence.reconstructed,
        "rule": silence.check.rule.id if silence.check else None,
        "newer_but_no_record": _evidence(other, site, zone) if other else None,
    }


def _quiet_days(quiet: QuietDays) -> Data:
    return {
        "what": clean_line(quiet.period.what),
        "first": _day(quiet.period.first),
        "last": _day(quiet.period.last),
        "source": web_url(quiet.period.source),
        "days": quiet.days,
    }


def _coverage(coverage: Coverage) -> Data:
    return {
        "sources": [clean_line(title) for title in coverage.sources],
        "began": _day(coverage.first_read),
        "since": _day(coverage.since),
        "gaps": [
            {
                "source": clean_line(gap.source),
                "since": _day(gap.since),
                "until": _day(gap.until),
                "watch_began_anew": gap.restarts_coverage,
            }
            for gap in coverage.gaps
        ],
        "unread": [clean_line(title) for title in coverage.unreadable],
        "never_read": [clean_line(title) for title in coverage.never_read],
        "unread_since": _day(coverage.unreadable_since),
    }


def _check(check: RuleCheck, site: Site, zone: ZoneInfo) -> Data:
    return {
        "rule": check.rule.id,
        "title": clean_line(check.rule.title),
        "basis": check.rule.basis.value,
        "source": web_url(check.rule.source),
        "standing": check.result.value,
        "days": check.days,
        "by": _day(check.by),
        "since": _day(check.since),
        "counted_on": _day(check.counted_on),
        "why": clean_line(check.why),
        "plan": check.plan or None,
        "reconstructed": check.reconstructed,
        "evidence": [_evidence(item, site, zone) for item in check.evidence],
    }


def _plan(report: PlanReport, site: Site, zone: ZoneInfo) -> Data:
    return {
        "id": report.plan.id,
        "title": clean_line(report.plan.title),
        "page": site.base_url + facet_page_path(Facet.PLAN, report.plan.id),
        "stage": report.stage.value,
        "since": _moment(report.since, zone),
        "days": report.days,
        "live": report.live,
        "claims": [_fact(fact, zone) for fact in report.plan.facts],
        "commitments": [_commitment(commitment, site, zone) for commitment in report.commitments],
    }


def _fact(fact: Fact, zone: ZoneInfo) -> Data:
    return {
        "is": fact.kind.value,
        **_claim(fact.claim, zone),
        "public_since": _moment(fact.public_since, zone),
        "read": _day(fact.read_on),
        "official": fact.official,
        "used": fact.preferred,
        "why": clean_line(fact.why),
        "rule": fact.rule or None,
        "verdict": fact.met,
    }


def _claim(claim: Claim, zone: ZoneInfo) -> Data:
    return {
        "what": clean_line(claim.what),
        "date": _moment(claim.moment, zone),
        "source": web_url(claim.source),
        "note": clean_line(claim.note),
    }


def _commitment(commitment: CommitmentReport, site: Site, zone: ZoneInfo) -> Data:
    return {
        "id": clean_line(commitment.id),
        "title": clean_line(commitment.title),
        "said": clean_line(commitment.publisher_status) or None,
        "completion": clean_line(commitment.completion) or None,
        "assessed": [_claim(claim, zone) for claim in commitment.assessments],
        "updated": _moment(commitment.updated, zone),
        "milestones": [_claim(claim, zone) for claim in commitment.milestones],
        "due_after_the_plan": [_claim(claim, zone) for claim in commitment.late],
        "evidence": [_evidence(item, site, zone) for item in commitment.evidence],
    }


def _meeting(meeting: Meeting, site: Site, zone: ZoneInfo) -> Data:
    return {
        "held": _day(meeting.day),
        "posted": _moment(meeting.record_published, zone),
        "lag": meeting.lag,
        "official": meeting.official,
        "formal": meeting.formal,
        "names": meeting.names_published,
        "slides": meeting.slides_published,
        "next": _moment(meeting.next_meeting, zone),
        "conflicts": [_claim(claim, zone) for claim in meeting.conflicts],
        "evidence": [_evidence(item, site, zone) for item in meeting.evidence],
    }


def _deadline(deadline: Deadline, site: Site, zone: ZoneInfo) -> Data:
    return {
        "id": clean_line(deadline.id),
        "title": clean_line(deadline.title),
        "day": _day(deadline.day),
        "days": deadline.days,
        "date": _moment(deadline.exact, zone),
        "plan": deadline.plan or None,
        "evidence": [_evidence(item, site, zone) for item in deadline.evidence],
    }


def _publishing_frequency(frequency: PublishingFrequency) -> Data:
    return {
        "source": clean_line(frequency.source),
        "title": clean_line(frequency.title),
        "documents": frequency.count,
        "newest": _day(frequency.newest),
        "usual_gap": frequency.usual_gap,
        "longest_gap": frequency.longest_gap,
        "usual_lag": frequency.usual_record_lag,
        "years": {str(year): number for year, number in frequency.years.items()},
    }


def _board_row(row: BoardRow) -> Data:
    return {
        "id": row.body.id,
        "name": clean_line(row.body.name),
        "last": row.last.entry.id if row.last else None,
        "last_on": _day(row.last_on),
        "days": row.days,
        "no_later_than_last_on": row.no_later,
        "reading": row.read_status.value,
        "since": _instant(row.since),
    }


def _evidence(evidence: Evidence, site: Site, zone: ZoneInfo) -> Data:
    return {
        "title": clean_line(evidence.title),
        "url": absolute_evidence_link(evidence, site),
        "date": _moment(evidence.moment, zone),
        "no_later_than_date": evidence.no_later,
        "official": evidence.official,
        "note": clean_line(evidence.note),
    }


def absolute_evidence_link(evidence: Evidence, site: Site) -> str | None:
    """The absolute address of a piece of evidence; None where there is no address that may be linked."""
    link = evidence_link(evidence)
    return link if link is None or web_url(link) else site.base_url + link


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(moment: Moment | None, zone: ZoneInfo) -> str | None:
    return format_moment(moment, zone).machine_readable if moment else None


def _instant(instant: datetime | None) -> str | None:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ") if instant else None
