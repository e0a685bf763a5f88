"""Builds the board of one situation that is written in words: what was read, and what was published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from aggregator.errors import Cause
from aggregator.model import (
    Board,
    Claim,
    Document,
    Fact,
    FactKind,
    Failed,
    Forum,
    Membership,
    Moment,
    Plan,
    Precision,
    Process,
    QuietPeriod,
    RecordCriteria,
    Register,
    Scope,
    SourceState,
    SourceWithState,
    UnsuccessfulSearch,
)
from aggregator.observe import build_board
from tests.observe.own_register import config
from tests.support.builders import (
    LONDON,
    make_body,
    make_carrier,
    make_document,
    make_entry,
    make_labels,
    make_source,
)

# The day on which every source was first read, unless a situation says otherwise.
FIRST_READ = "2026-01-01"
SITE = "https://www.gov.uk/open-government"
CALL = "https://www.gov.uk/call"
FAILURE = Failed(url="https://www.gov.uk/", cause=Cause.TIMEOUT, detail="30 s", hint="wait")
BODIES = {
    "gov": make_body("gov", url="https://www.gov.uk/"),
    "forum": make_body("forum", url="https://forum.example.org/"),
    "network": make_body("network", url="https://network.example.org/"),
    "scot": make_body("scot", url="https://www.gov.scot/"),
}
PROCESSES = (
    Process(
        id="uk",
        name="United Kingdom",
        membership=Membership.NATIONAL,
        body="gov",
        bodies=("gov",),
        forum=Forum(body="forum", words=("the forum",), carried_by=("network",)),
        website=SITE,
    ),
    Process(
        id="scotland",
        name="Scotland",
        membership=Membership.LOCAL,
        body="scot",
        bodies=("scot",),
        forum=Forum(body="scot", words=("the group",)),
    ),
)
SOURCES = {
    "Government": make_source("gov", body="gov", title="Government", page=SITE, scope=Scope.ALL),
    "Network": make_source("network", body="network", title="Network"),
    "Scotland": make_source("scot", body="scot", title="Scotland", every=timedelta(hours=6)),
}
PRECISIONS = {4: Precision.YEAR, 7: Precision.MONTH, 10: Precision.DAY, 16: Precision.MINUTE}


def to_moment(text: str) -> Moment:
    """`2026`, `2026-05`, `2026-05-25` or `2026-05-25T17:00`, in London."""
    whole = text if "T" in text else (text + "-01-01")[:10]
    at = datetime.fromisoformat(whole).replace(tzinfo=LONDON).astimezone(UTC)
    return Moment(at=at, precision=PRECISIONS[len(text)])


def to_instant(text: str) -> datetime:
    """A day's noon, or the time that is written, in London."""
    return to_moment(text if "T" in text else f"{text}T12:00").at


@dataclass
class Situation:
    """What was read and published, from words such as `meeting 2026-05-01; stopped Network 2026-06-01`."""

    at: datetime
    documents: list[Document] = field(default_factory=list)
    plans: dict[str, list[Fact]] = field(default_factory=dict)
    searches: list[UnsuccessfulSearch] = field(default_factory=list)
    quiet: list[QuietPeriod] = field(default_factory=list)
    states: dict[str, SourceState] = field(default_factory=dict)

    @classmethod
    def read(cls, at: str, words: str) -> Situation:
        """The situation at a moment; parts are separated by semicolons."""
        moment = to_instant(at)
        made = cls(at=moment)
        first = to_instant(f"{FIRST_READ}T09:00")
        made.states = {
            title: SourceState(
                source=source.id, first_read=first, last_read=moment, last_polled=moment, read_whole_at=moment
            )
            for title, source in SOURCES.items()
        }
        for part in filter(None, (one.strip() for one in words.split(";"))):
            what, *rest = part.split()
            getattr(made, f"_{what.replace('-', '_')}")(*rest)
        return made

    def board(self, sources: Sequence[SourceWithState] | None = None) -> Board:
        """The board by the project's own rules, of its own sources unless others are given."""
        used = tuple(self._sources()) if sources is None else sources
        return build_board(BODIES, used, self.documents, at=self.at, zone=LONDON, register=self.register())

    def register(self) -> Register:
        """The project's own rules, with these plans."""
        plans = (
            Plan(id=id, process=id.partition("-")[0], title=f"Plan {id}", facts=tuple(facts))
            for id, facts in self.plans.items()
        )
        return Register(
            processes=PROCESSES,
            plans=tuple(plans),
            rules=config().register.rules,
            searches=tuple(self.searches),
            record_criteria=RecordCriteria(excluded_types=("foi-release",)),
            quiet_periods=tuple(self.quiet),
        )

    def _sources(self) -> Iterator[SourceWithState]:
        for title, state in self.states.items():
            yield SourceWithState(source=SOURCES[title], state=state)

    # ---------------------------------------------------------------- what was read

    def _never(self, title: str) -> None:
        """A source whose every poll failed."""
        self.states[title] = SourceState(
            source=SOURCES[title].id,
            failing_since=to_instant(FIRST_READ),
            failure=FAILURE,
            last_polled=self.at,
        )

    def _unpolled(self) -> None:
        """No source was polled yet."""
        self.states = {title: SourceState(source=SOURCES[title].id) for title in SOURCES}

    def _only(self, title: str) -> None:
        """There is no other source."""
        self.states = {title: self.states[title]}

    def _stopped(self, title: str, last: str) -> None:
        """A source that was last read then, and has failed since."""
        state, stop = self.states[title], to_instant(last)
        self.states[title] = replace(
            state, last_read=stop, read_whole_at=stop, failing_since=stop, failure=FAILURE
        )

    def _unchanged(self, title: str, since: str) -> None:
        """A source that has answered "not modified" ever since."""
        self.states[title] = replace(self.states[title], read_whole_at=to_instant(since))

    def _added(self, title: str, first: str) -> None:
        """A source that was first read then."""
        self.states[title] = replace(self.states[title], first_read=to_instant(first))

    def _search(self, process: str, kind: str, since: str, on: str, until: str = "") -> None:
        self.searches.append(
            UnsuccessfulSearch(
                process=process,
                kind=kind,
                since=date.fromisoformat(since),
                on=date.fromisoformat(on),
                until=date.fromisoformat(until) if until else None,
                where="the archive",
            )
        )

    # ---------------------------------------------------------------- what was published

    def _meeting(self, day: str, posted: str = "", body: str = "forum") -> None:
        """Minutes of a meeting, posted on the day of the meeting unless another is given."""
        host = "www.gov.scot" if body == "scot" else "network.example.org"
        claim = Claim(what="meeting held", moment=to_moment(day), source=f"https://{host}/{day}")
        published = None if posted == "undated" else to_moment(posted or day)
        self._add(f"https://{host}/{day}", body, published, claims=(claim,), type="meeting-record")

    def _readout(self, day: str, first_seen: str = "") -> None:
        """A record of the forum that does not tell the day of the meeting."""
        title = "Read-out from the last meeting of the forum"
        url, seen = f"https://network.example.org/read-out-{day}", {"first_seen": first_seen or day}
        moment = None if first_seen else to_moment(day)
        self._add(url, "forum", moment, title=title, type="meeting-record", **seen)

    def _group(self, day: str, posted: str = "") -> None:
        self._meeting(day, posted, "scot")

    def _record(self, day: str, body: str = "gov", type: str = "news") -> None:
        host = "www.gov.scot" if body == "scot" else "www.gov.uk"
        self._add(f"https://{host}/{type}-{day}", body, to_moment(day), type=type)

    def _undated(self, first_seen: str, body: str = "gov") -> None:
        """A document without a date that came while we watched."""
        host = "www.gov.scot" if body == "scot" else "www.gov.uk"
        self._add(f"https://{host}/undated-{first_seen}", body, None, first_seen=first_seen)

    def _undated_backlog(self, first_seen: str, body: str = "gov") -> None:
        """A document without a date that the first poll brought."""
        self._undated(first_seen, body)
        self.documents[-1] = replace(self.documents[-1], backlog=True)

    def _terms(self, day: str, words: str = "the_forum") -> None:
        title = f"Terms of reference of {words.replace('_', ' ')}"
        self._add(f"https://www.gov.uk/terms-{day}", "gov", to_moment(day), title=title)

    def _site(self, day: str) -> None:
        self._add(SITE, "gov", to_moment(day))

    def _outcome(self, day: str) -> None:
        """The page of the call has become the page of its outcome."""
        self._add(CALL, "gov", to_moment(day), type="consultation-response")

    def _add(self, url: str, body: str, published: Moment | None, **more: Any) -> None:
        first_seen = to_instant(more.pop("first_seen", "")) if "first_seen" in more else self.at
        labels = make_labels(type=more.pop("type", "news"))
        entry = make_entry(url, body=body, source=body, published=published, updated=None, **more)
        carriers = (make_carrier(entry, first_seen),)
        self.documents.append(make_document(entry, labels=labels, first_seen=first_seen, carriers=carriers))

    def _fact(self, plan: str, kind: str, day: str = "", rule: str = "", met: str = "") -> None:
        self.plans.setdefault(plan, []).append(
            Fact(
                kind=FactKind(kind),
                claim=Claim(what=kind, moment=to_moment(day) if day and day != "-" else None, source=CALL),
                public_since=None,
                read_on=date(2010, 1, 1),
                rule=rule,
                met={"yes": True, "no": False}.get(met),
            )
        )

    def _quiet(self, process: str, first: str, last: str) -> None:
        self.quiet.append(
            QuietPeriod(
                what="pre-election period",
                processes=(process,),
                first=date.fromisoformat(first),
                last=date.fromisoformat(last),
                source="https://www.gov.uk/guidance",
                read_on=date(2026, 1, 1),
            )
        )
