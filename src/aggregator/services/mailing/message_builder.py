"""Builds the message of each delivery, and sets those aside that cannot be built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from aggregator.config import Config
from aggregator.deliver import MailContext, PreparedMessage, after_attempt, prepare_digest_mail, set_aside
from aggregator.deliver.alert_mail import prepare_alert_mail
from aggregator.deliver.mail.answers import build_answer
from aggregator.errors import DeliveryError, StoreError
from aggregator.model import ANSWER_RUN_PREFIX, Choices, Delivery, Digest, Message, SendOutcome, Subscriber
from aggregator.model.alert_rules import ALERT_RUN_PREFIX
from aggregator.model.faults import Fault, FaultKind
from aggregator.services.alerts.matching import AlertMatcher
from aggregator.services.isolation import Isolation
from aggregator.store import Store

# By run, choices, `is_list` and list address: who shares these shares the prepared message.
SharedKey = tuple[str, Choices, bool, str]


class PreparationError(Exception):
    """What several deliveries of a run share cannot be prepared; the cause says why."""


def delivery_key(run: str, subscriber_id: str) -> str:
    """Return the key under which a delivery is set aside."""
    return f"{run}/{subscriber_id}"


@dataclass
class MessageBuilder:
    """Builds messages during one round of sending."""

    config: Config
    store: Store
    context: MailContext
    isolation: Isolation
    _prepared: dict[SharedKey, PreparedMessage | PreparationError] = field(default_factory=dict)
    # The run's fault in this round, so that its attempts count rounds, not subscribers.
    _faults_of_runs: dict[str, Fault] = field(default_factory=dict)

    def build_or_set_aside(
        self, delivery: Delivery, subscriber: Subscriber, now: datetime
    ) -> Message | Delivery:
        """Return the message, or the delivery as it is set aside when its message cannot be built."""
        try:
            return self.build(delivery.run, subscriber, now)
        except StoreError:
            raise
        except PreparationError as error:
            fault = self._fault_of_run(delivery.run, error)
        # DeliveryError, too: a run without its digest or alerts must not stop the other runs.
        except Exception as error:
            key = delivery_key(delivery.run, subscriber.id)
            fault = self.isolation.set_aside(FaultKind.DELIVERY, key, error)
        untried = after_attempt(delivery, SendOutcome.NOT_SENT, "", now)
        return set_aside(untried, fault.error, fault.next_attempt)

    def build(self, run: str, subscriber: Subscriber, now: datetime) -> Message:
        """Return the message of a run to one subscriber, as it is sent at `now`."""
        if run.startswith(ANSWER_RUN_PREFIX):
            return build_answer(run, subscriber, self.context, now)
        if run.startswith(ALERT_RUN_PREFIX):
            key = (run, Choices(), subscriber.is_list, subscriber.leave_instructions)
            return self._shared(key, self._prepare_alert, subscriber).personalise(subscriber)
        key = (run, subscriber.choices, subscriber.is_list, subscriber.leave_instructions)
        return self._shared(key, self._prepare_digest, subscriber).personalise(subscriber)

    def _shared(
        self, key: SharedKey, prepare: Callable[[str, Subscriber], PreparedMessage], subscriber: Subscriber
    ) -> PreparedMessage:
        """Prepare once for all who share `key`; one that failed is not repeated for each of them."""
        if key not in self._prepared:
            try:
                self._prepared[key] = prepare(key[0], subscriber)
            except StoreError:
                raise
            except Exception as error:
                failed = PreparationError(str(error))
                failed.__cause__ = error
                self._prepared[key] = failed
        found = self._prepared[key]
        if isinstance(found, PreparationError):
            raise found
        return found

    def _fault_of_run(self, run: str, error: PreparationError) -> Fault:
        if run not in self._faults_of_runs:
            why = error.__cause__ or error
            self._faults_of_runs[run] = self.isolation.set_aside(FaultKind.DIGEST, run, why)
        return self._faults_of_runs[run]

    def _prepare_digest(self, run: str, subscriber: Subscriber) -> PreparedMessage:
        digest = issued_digest(self.store, run)
        return prepare_digest_mail(digest, subscriber, self.context, self.config.bodies)

    def _prepare_alert(self, run: str, subscriber: Subscriber) -> PreparedMessage:
        alerts = self.store.alerts.of_run(run)
        if not alerts:
            raise DeliveryError(f"{run}: deliveries were planned, but its alerts are not in the store")
        # The rule may be gone by now: its alerts are still sent, under its key.
        rule = AlertMatcher(self.config, self.store).rules.get(alerts[0].rule_key)
        name = rule.name if rule else alerts[0].rule_key
        return prepare_alert_mail(run, name, rule, alerts, subscriber, self.context, self.config.bodies)


def issued_digest(store: Store, run: str) -> Digest:
    """Return the digest of a run. Raises DeliveryError if none was issued."""
    digest = store.digests.get(run)
    if digest is None:
        raise DeliveryError(f"{run}: deliveries were planned, but no such digest was issued")
    return digest
