"""Lists what waits for a person: one queue for each sort of thing, all in one table, `QUEUES`.

To add one: a class with `kind` and `waiting`, and its line in `QUEUES`. It is then in `aggregator inbox`, in
`/health` and in the operator's mail.
"""

from __future__ import annotations

import shlex
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from aggregator.config import Config
from aggregator.errors import AggregatorError, Cause
from aggregator.model import Source, SourceState
from aggregator.model.faults import (
    ACCEPT_CLOCK,
    ACCEPT_LOSS,
    CLOCK_BEHIND,
    CLOCK_SET_RIGHT,
    DOCUMENTS_LOST,
    FORGET_CLOCK,
    Fault,
    FaultKind,
)
from aggregator.model.fetched import IdentityQuestion, QuestionKind
from aggregator.services.isolation import DAMAGED, describe
from aggregator.store import Store
from aggregator.values.text import one_line

# A source that fails for longer does not recover by itself.
FAILING_LONG: Final = timedelta(days=7)
# An older digest helps nobody (decision 5), so its deliveries no longer wait for anybody.
GIVEN_UP_SHOWN: Final = timedelta(days=7)
# Failures that no later poll mends.
LASTING_CAUSES: Final = frozenset(
    {Cause.GONE, Cause.ENDED, Cause.OTHER_FEED, Cause.BAD_ADDRESS, Cause.LOGIN, Cause.MISSING_FILE}
)

# What a fault of each kind means; a test holds that every kind is here.
FAULT_TEXTS: Final[Mapping[FaultKind, str]] = {
    FaultKind.SOURCE: "source {key} cannot be read",
    FaultKind.DOCUMENT: "document {key} is left out",
    FaultKind.PAGE: "page {key} cannot be made",
    FaultKind.ALERT_RULE: "alert rule {key} is not watched",
    FaultKind.ALERT_DOCUMENT: "document {key} cannot be compared with alert rules",
    FaultKind.DIGEST: "digest {key} cannot be made or sent",
    FaultKind.DELIVERY: "delivery {key} cannot be sent",
    FaultKind.WEBHOOK: "webhook {key} cannot be sent",
    FaultKind.MAIL: "a mail in the replies mailbox cannot be read (SHA-256 {key})",
    FaultKind.JOB: "{key} fails",
}

# Faults that no attempt mends, since they are a question to the operator: by kind and key.
QUESTIONS: Final[Mapping[tuple[FaultKind, str], str]] = {
    (FaultKind.JOB, DOCUMENTS_LOST): ACCEPT_LOSS,
    (FaultKind.JOB, CLOCK_SET_RIGHT): FORGET_CLOCK,
    (FaultKind.JOB, CLOCK_BEHIND): ACCEPT_CLOCK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxItem:
    """One thing that waits for a person."""

    # The queue that it is in, in a few words.
    kind: str
    what: str
    # None if nobody noted it.
    since: datetime | None
    # The command that settles it.
    command: str


@dataclass(frozen=True)
class Queue(ABC):
    """A sort of thing that can wait for a person."""

    config: Config
    store: Store
    # What its items are called.
    kind: ClassVar[str]

    @abstractmethod
    def waiting(self, now: datetime) -> Iterable[InboxItem]:
        """Return what waits at this instant. Raises StoreError."""


class RemovalsToConfirm(Queue):
    """Many documents of a source vanished at once: are they gone?"""

    kind = "removals to confirm"

    def waiting(self, now: datetime) -> Iterator[InboxItem]:
        """Return the sources of which more than a fifth vanished."""
        for state in self.store.sources.states().values():
            if state.removals_to_confirm:
                yield InboxItem(
                    kind=self.kind,
                    what=f"{len(state.removals_to_confirm)} documents of {state.source} vanished at once: "
                    "are they gone? `aggregator documents removals` lists them",
                    since=self._last_seen(state),
                    command=f"aggregator documents removals --accept {shlex.quote(state.source)}",
                )

    def _last_seen(self, state: SourceState) -> datetime | None:
        document = self.store.documents.get(state.removals_to_confirm[0])
        carriers = document.carriers if document else ()
        return next((one.last_seen for one in carriers if one.source == state.source), None)


# What the operator is asked, and what each answer does.
IDENTITY_TEXTS: Final[Mapping[QuestionKind, str]] = {
    QuestionKind.OTHER_HOST: "links of known documents of {source} ({moved}) lead to {subject} now: is "
    "that the body's? Until you accept it they keep their own",
    QuestionKind.MANY_AT_ONCE: "{moved} items of {source} are new at once and look like documents "
    "that we have, {unknown} do not: was the site rebuilt? Accept: they are the same documents; refuse: they "
    "are new. Until then none is published",
    QuestionKind.OTHER_FEED: "'{subject}' answers at the address of {source} with nothing that we "
    "know: is that the same source? Until you accept it nothing of it is published",
}


class QuestionsOfIdentity(Queue):
    """Which document is it? Links that lead elsewhere, sites that were rebuilt, another feed."""

    kind = "identity to decide"

    def waiting(self, now: datetime) -> Iterator[InboxItem]:
        """Return every question that was not answered yet."""
        for state in self.store.sources.states().values():
            for question in state.questions:
                name = shlex.quote(question.name(state.source))
                if not question.refused:
                    yield InboxItem(
                        kind=self.kind,
                        what=question_text(state.source, question),
                        since=question.since,
                        command=f"aggregator documents identity --accept {name}",
                    )


class SourcesToMend(Queue):
    """Sources whose entry in sources.yaml has to change: only a person knows the new one."""

    kind = "source to mend"

    def waiting(self, now: datetime) -> Iterator[InboxItem]:
        """Return the sources that have moved, changed their layout, or fail for long."""
        states = self.store.sources.states()
        for source in self.config.sources:
            state = states.get(source.id)
            if source.enabled and state and (what := self._problem(state, now)):
                yield InboxItem(
                    kind=self.kind,
                    what=f"{source.id}: {what}",
                    since=state.failing_since or state.last_polled,
                    command=_accept_list(source) if state.shrunk_since else _dry_run(source),
                )

    def _problem(self, state: SourceState, now: datetime) -> str:
        if state.moved_to:
            return f"has moved permanently; change its address in sources.yaml to {state.moved_to}"
        failure, since = state.failure, state.failing_since
        # Another feed is a question first, and to be mended once that was refused.
        if failure is None or since is None or any(not one.refused for one in state.questions):
            return ""
        if state.shrunk_since:
            return f"has far fewer items than before: {failure}. {failure.hint}"
        if failure.cause is Cause.LAYOUT:
            return f"needs new selectors in sources.yaml: {failure}"
        if failure.cause in LASTING_CAUSES or now - since > FAILING_LONG:
            return f"does not recover by itself: {failure}. {failure.hint}"
        return ""


class SourcesToConfirm(Queue):
    """Sources that answer, but whose selectors nobody has checked on a live page (`confirmed: no`)."""

    kind = "source to confirm"

    def waiting(self, now: datetime) -> Iterator[InboxItem]:
        """Return the sources that were read and are not confirmed."""
        states = self.store.sources.states()
        for source in self.config.sources:
            state = states.get(source.id)
            if source.enabled and not source.confirmed and state and state.last_read:
                yield InboxItem(
                    kind=self.kind,
                    what=f"{source.id}: compare what is read with its page; if it is right, write "
                    "`confirmed: yes` in sources.yaml",
                    since=state.first_read,
                    command=_dry_run(source),
                )


class SetAside(Queue):
    """Parts that raised an unexpected exception: tried again less and less often."""

    kind = "set aside"

    def waiting(self, now: datetime) -> Iterator[InboxItem]:
        """Return every fault, whether it is tried again by itself or not."""
        for fault in self.store.faults.all():
            yield InboxItem(
                kind=self.kind,
                what=fault_text(fault),
                since=fault.first_at,
                command=_settling_command(fault),
            )


class DeliveriesGivenUp(Queue):
    """Mail that some subscribers did not get, and will not get by itself."""

    kind = "delivery given up"

    def waiting(self, now: datetime) -> Iterator[InboxItem]:
        """Return the runs with deliveries given up lately; not those that nobody wanted or you forbade."""
        for run, count, since, reply in self.store.deliveries.given_up(now - GIVEN_UP_SHOWN):
            yield InboxItem(
                kind=self.kind,
                what=f"{run}: {count} given up: {reply or 'no reply'}",
                since=since,
                command=f"aggregator digest send --again {shlex.quote(run)}",
            )


class DeliveriesNeverKnown(Queue):
    """Mail that may have arrived or not: the mail server's log knows."""

    kind = "delivery of unknown outcome"

    def waiting(self, now: datetime) -> Iterator[InboxItem]:
        """Return each delivery until it is settled."""
        for one in self.store.deliveries.never_known():
            command = f"aggregator digest settle {shlex.quote(one.run)} {shlex.quote(one.subscriber_id)}"
            yield InboxItem(
                kind=self.kind,
                what=f"{one.run} to {one.subscriber_id}: does your mail server's log say that it arrived? "
                "If not, --again sends it",
                since=one.status_since,
                command=f"{command} --arrived",
            )


class WebhooksGivenUp(Queue):
    """Alerts that a receiver did not get, and will not get by itself."""

    kind = "webhook given up"

    def waiting(self, now: datetime) -> Iterator[InboxItem]:
        """Return the rules with posts given up lately."""
        # It is given up two days after the first attempt.
        for rule, count, since, reply in self.store.alerts.webhooks_given_up(now - GIVEN_UP_SHOWN):
            yield InboxItem(
                kind=self.kind,
                what=f"{rule}: {count} given up: {reply or 'no reply'}",
                since=since,
                command=f"aggregator inbox --retry {shlex.quote(rule)}",
            )


class WebhooksGone(Queue):
    """Receivers that want no more alerts, while the rule still names them."""

    kind = "webhook refused"

    def waiting(self, now: datetime) -> Iterator[InboxItem]:
        """Return the rules whose receiver answered 410."""
        for rule in self.config.alerts:
            if rule.webhook and self.store.alerts.is_webhook_gone(rule.key):
                yield InboxItem(
                    kind=self.kind,
                    what=f"{rule.key}: its receiver answered 410 and gets nothing more; remove the webhook "
                    "in alerts.yaml, or the rule",
                    since=None,
                    command=f"aggregator alerts remove {shlex.quote(rule.id)}",
                )


# In the order in which they are shown.
QUEUES: Final[tuple[type[Queue], ...]] = (
    RemovalsToConfirm,
    QuestionsOfIdentity,
    SetAside,
    DeliveriesNeverKnown,
    DeliveriesGivenUp,
    SourcesToMend,
    WebhooksGivenUp,
    WebhooksGone,
    SourcesToConfirm,
)


def inbox(config: Config, store: Store, now: datetime) -> tuple[InboxItem, ...]:
    """Return all that waits for a person. Raises StoreError."""
    return tuple(item for queue in QUEUES for item in _items(queue(config, store), now))


def count_by_kind(items: Iterable[InboxItem]) -> dict[str, int]:
    """Count the items of each kind."""
    return dict(Counter(item.kind for item in items))


def item_text(item: InboxItem) -> str:
    """Return an item in one line, without its command."""
    since = f" (since {item.since:%Y-%m-%dT%H:%M:%SZ})" if item.since else ""
    return one_line(f"{item.kind}{since}: {item.what}")


def question_text(source: str, question: IdentityQuestion) -> str:
    """Return a question about the identity of documents in one line."""
    return one_line(
        IDENTITY_TEXTS[question.kind].format(
            source=source,
            subject=question.subject,
            moved=len(question.moved),
            unknown=len(question.unknown),
        )
    )


def fault_text(fault: Fault) -> str:
    """Return what a fault broke, why, where in our code, and how often it was tried."""
    if fault.key in {CLOCK_SET_RIGHT, CLOCK_BEHIND}:
        return one_line(fault.error)
    what = FAULT_TEXTS[fault.kind].format(key=fault.key)
    times = "once" if fault.attempts == 1 else f"{fault.attempts} times"
    return one_line(f"{what}: {fault.error} ({fault.place}); tried {times}, it is tried again by itself")


def _settling_command(fault: Fault) -> str:
    if fault.kind is FaultKind.DOCUMENT and fault.error.startswith(DAMAGED):
        return f"aggregator documents repair {shlex.quote(fault.key)}"
    return QUESTIONS.get((fault.kind, fault.key), f"aggregator inbox --retry {shlex.quote(fault.key)}")


def _items(queue: Queue, now: datetime) -> tuple[InboxItem, ...]:
    try:
        return tuple(queue.waiting(now))
    except AggregatorError:
        raise
    except Exception as error:  # a bug in one queue must not hide the others
        what = f"the list of these cannot be made: {describe(error)}"
        return (InboxItem(kind=queue.kind, what=one_line(what), since=None, command="aggregator status"),)


def _accept_list(source: Source) -> str:
    return f"aggregator sources accept-list {shlex.quote(source.id)}"


def _dry_run(source: Source) -> str:
    return f"aggregator sources dry-run {shlex.quote(source.id)}"
