"""Finds out whether the program does what it has to: the facts of `/health` and of the operator's mail."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final, TypeVar

from aggregator.config import Config
from aggregator.errors import AggregatorError
from aggregator.model import SourceState
from aggregator.model.faults import CLOCK_SET_RIGHT, FaultKind
from aggregator.services.inbox.queues import InboxItem, count_by_kind, fault_text, inbox
from aggregator.services.isolation import describe
from aggregator.store import Store
from aggregator.values.text import one_line

# How long after its time something counts as late: then it must have stopped.
LATE_AFTER: Final = timedelta(hours=1)
# Below this, the next publish or backup may fill the disk.
LEAST_FREE_BYTES: Final = 50 * 1024 * 1024
# Reading the whole store takes seconds if it is large.
THOROUGH_EVERY: Final = timedelta(hours=1)
# How long it is a problem that the clock ran ahead, after what it left was set right.
SHOWN_FOR: Final = timedelta(days=1)
# Faults that keep the program from polling, publishing or sending at all.
VITAL_FAULTS: Final = frozenset({FaultKind.JOB, FaultKind.DIGEST})

Value = TypeVar("Value")


@dataclass
class JobOutcomes:
    """What became of the jobs of this process, by name; in memory, as the store may be what is broken."""

    started: datetime
    _succeeded: dict[str, datetime] = field(default_factory=dict)
    _delayed: dict[str, str] = field(default_factory=dict)
    _failed: dict[str, str] = field(default_factory=dict)

    def expect(self, *names: str) -> None:
        """Count these jobs as late if they have not succeeded LATE_AFTER from the start."""
        for name in names:
            self._succeeded.setdefault(name, self.started)

    def succeeded(self, name: str, now: datetime) -> None:
        """Note that a job did all that was due."""
        self._succeeded[name] = now
        self._delayed.pop(name, None)
        self.recovered(name)

    def recovered(self, name: str) -> None:
        """Note that a job did not fail this time, whether it could do its work or not."""
        self._failed.pop(name, None)

    def delayed(self, name: str, reason: str) -> None:
        """Note that a job could not do its work now, which is no problem until it is late."""
        self._delayed[name] = reason

    def failed(self, name: str, reason: str) -> None:
        """Note that a job failed, which is a problem at once."""
        self._failed[name] = reason

    def problems(self, now: datetime) -> Iterator[str]:
        """Return a sentence for each job that failed or is late."""
        for name, reason in self._failed.items():
            yield f"{name} failed: {reason}"
        for name, at in self._succeeded.items():
            if name not in self._failed and now - at > LATE_AFTER:
                why = f": {self._delayed[name]}" if name in self._delayed else ""
                yield f"{name} has not worked since {at:%Y-%m-%dT%H:%M:%SZ}{why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    """What is wrong, in sentences, and what waits for a person."""

    problems: tuple[str, ...]
    late: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    inbox: tuple[InboxItem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the program does what it has to. What waits for a person does not change that."""
        return not self.problems

    def facts(self) -> dict[str, object]:
        """Return the answer of `/health`."""
        return {
            "ok": self.ok,
            "problems": list(self.problems),
            "late": list(self.late),
            "failing": list(self.failing),
            "inbox": count_by_kind(self.inbox),
        }


@dataclass
class HealthCheck:
    """Checks one running program. `config_issues` gives what is wrong in edited files not in force."""

    config: Config
    store: Store
    jobs: JobOutcomes
    config_issues: Callable[[], Sequence[str]] = tuple
    _read_through: datetime | None = None

    def report(self, now: datetime) -> HealthReport:
        """Check everything. Never raises: what cannot be checked is a problem."""
        problems: list[str] = []
        _attempt(problems, lambda: self._check_store(now), None)
        no_states: dict[str, SourceState] = {}
        states = _attempt(problems, self._states, no_states)
        no_items: tuple[InboxItem, ...] = ()
        items = _attempt(problems, lambda: inbox(self.config, self.store, now), no_items)
        problems += _attempt(problems, lambda: tuple(self._send_problems(now)), ())
        problems += _attempt(problems, lambda: tuple(self._disk_problems()), ())
        problems += self.jobs.problems(now)
        problems += (f"edited files are not valid and not in force: {one}" for one in self.config_issues())
        late = tuple(id for id, state in states.items() if state.due and now - state.due > LATE_AFTER)
        if late:
            problems.append(f"sources are polled too late: {', '.join(late)}")
        return HealthReport(
            # A dead store breaks several checks in the same words.
            problems=tuple(dict.fromkeys(map(one_line, problems))),
            late=late,
            failing=tuple(id for id, state in states.items() if state.failure),
            inbox=items,
        )

    def _states(self) -> dict[str, SourceState]:
        states = self.store.sources.states()
        return {one.id: states[one.id] for one in self.config.sources if one.enabled and one.id in states}

    def _check_store(self, now: datetime) -> None:
        is_thorough = self._read_through is None or now - self._read_through >= THOROUGH_EVERY
        self.store.check(thorough=is_thorough)
        if is_thorough:
            self._read_through = now

    def _send_problems(self, now: datetime) -> Iterator[str]:
        for fault in self.store.faults.all():
            # What was set right waits for the operator, but is no problem for longer than a day.
            is_over = fault.key == CLOCK_SET_RIGHT and now - fault.last_at > SHOWN_FOR
            if fault.kind in VITAL_FAULTS and not is_over:
                yield fault_text(fault)
        count = self.store.deliveries.count_due(now - LATE_AFTER)
        if count:
            yield f"{count} deliveries were due over an hour ago and are not sent"

    def _disk_problems(self) -> Iterator[str]:
        settings = self.config.settings
        store_file = settings.path(settings.store.removeprefix("sqlite:///"))
        folders = (settings.output_folder, store_file.parent, settings.path(settings.mail_outbox))
        for folder in dict.fromkeys(folders):
            yield from folder_problems(folder)


def folder_problems(folder: Path) -> Iterator[str]:
    """Return why files cannot be written into a folder, or soon cannot be, and what to do."""
    # The program makes a folder that is missing, in the first one above it that is there.
    existing = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    try:
        # Has no name where the system allows that, so nothing appears in the published folder.
        with TemporaryFile(dir=existing) as file:
            file.write(bytes(4096))
            file.flush()
        free = shutil.disk_usage(existing).free
    except OSError as error:
        remedy = "free some space, or let this user write there"
        yield f"{folder}: cannot be written: {error.strerror}; {remedy}"
        return
    if free < LEAST_FREE_BYTES:
        yield f"{folder}: only {free // 2**20} MB are free on its disk; free some space"


def _attempt(problems: list[str], check: Callable[[], Value], default: Value) -> Value:
    """Return what `check` returns; if it raises, add the reason to the problems and return `default`."""
    try:
        return check()
    except AggregatorError as error:
        problems.append(str(error))
    except Exception as error:  # a damaged store may raise anything, and health must answer all the same
        problems.append(f"health cannot be checked: {describe(error)}")
    return default
