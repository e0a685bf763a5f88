"""The subscription pages over a real store, with a clock that tests set and an outbox that they read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import cache
from pathlib import Path

from starlette.applications import Starlette

from aggregator.config import Config, load_config
from aggregator.config.settings import load_settings
from aggregator.deliver import MailContext
from aggregator.deliver.mail.outbox import Outbox
from aggregator.model import Subscriber
from aggregator.services.alerts.matching import AlertMatcher
from aggregator.services.alerts.rules import SubscriberRules
from aggregator.services.mailing.delivery import DeliveryService
from aggregator.services.subscriptions.service import SubscriptionService
from aggregator.store import Store, open_store
from aggregator.web import SubscriptionPages, build_application
from tests.conftest import PROJECT
from tests.deliver.mail.subscribers import TOKENS, parse_message
from tests.support.builders import instant, make_site

OPTIONS = {
    "bodies": {"scotland": "Scottish Government", "wales": "Welsh Government"},
    "topics": {"open-data": "Open data"},
    "types": {"report": "Report", "blog-post": "Blog post"},
}


@cache
def config() -> Config:
    """The project's own configuration, read once."""
    return load_config(load_settings(PROJECT / "settings.yaml"))


@dataclass
class SubscriberSite:
    """A store with its subscription pages."""

    store: Store
    folder: Path
    url: str = "https://updates.example.org/letters/"
    now: datetime = field(default_factory=lambda: instant("2024-01-24 10:00"))
    settings: dict[str, object] = field(default_factory=dict)

    @property
    def config(self) -> Config:
        changes = {"subscriptions_url": self.url, "base_url": "https://updates.example.org/", **self.settings}
        return replace(config(), settings=config().settings.model_copy(update=changes))

    @property
    def service(self) -> SubscriptionService:
        return SubscriptionService(self.store, TOKENS)

    @property
    def subscriber_rules(self) -> SubscriberRules:
        return SubscriberRules(AlertMatcher(self.config, self.store))

    def application(self) -> Starlette:
        site = make_site(subscriptions_url=self.url)
        pages = SubscriptionPages(self.service, self.subscriber_rules, site, lambda: self.now, OPTIONS)
        return build_application(self.folder / "output", lambda: {"ok": True}, pages)

    def advance(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)

    def send_mails(self) -> list[tuple[str, str]]:
        """Send the mail that is due; returns recipient and text of each."""
        bodies = [(message["to"], message.get_body(("plain",))) for message in self.send_messages()]
        return [(to, body.get_content()) for to, body in bodies if body is not None]

    def send_messages(self) -> list[EmailMessage]:
        """Send the mail that is due; returns the messages."""
        sent = list[EmailMessage]()
        context = MailContext(
            site=make_site(subscriptions_url=self.url),
            sender_address="letters@updates.example.org",
            replies_mailbox="post@example.org",
            tokens=TOKENS,
        )
        outbox = Outbox(self.folder / "outbox")

        async def read(messages):  # type: ignore[no-untyped-def]  # as Outbox.__call__
            for message in messages:
                sent.append(parse_message(message))
            return await outbox(messages)

        asyncio.run(
            DeliveryService(config(), self.store, context).send_due(read, lambda: self.now, allow_all=True)
        )
        return sent

    def mailed_link(self) -> str:
        """Send the one mail that is due; returns the link in it."""
        ((_, text),) = self.send_mails()
        found = re.search(r"^http\S+$", text.replace("\r", ""), re.MULTILINE)
        assert found
        return found[0]

    def subscriber(self, address: str = "reader@example.org") -> Subscriber:
        """The subscriber with an address, who exists."""
        found = self.store.subscribers.with_address(address)
        assert found is not None
        return found


@contextmanager
def open_subscriber_site(folder: Path) -> Iterator[SubscriberSite]:
    """An empty store with its subscription pages."""
    (folder / "output").mkdir()
    with open_store(f"sqlite:///{folder}/store.db") as store:
        yield SubscriberSite(store, folder)
