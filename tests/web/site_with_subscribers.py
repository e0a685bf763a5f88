"""The pages of letters over a real store, with a clock that is set by hand and an outbox that is read."""

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

from aggregator.config import Config, load
from aggregator.config.settings import load_settings
from aggregator.deliver import MailContext
from aggregator.deliver.mail.outbox import Outbox
from aggregator.model import Subscriber
from aggregator.services.alerts.matching import Alerting
from aggregator.services.alerts.rules import OwnRules
from aggregator.services.mailing.delivery import Dispatch
from aggregator.services.subscriptions.service import SubscriptionService
from aggregator.store import Store, open_store
from aggregator.web import LetterPages, application
from tests.conftest import PROJECT
from tests.deliver.mail.subscribers import TOKENS, opened
from tests.support.builders import instant, site

KNOWN = {
    "bodies": {"scotland": "Scottish Government", "wales": "Welsh Government"},
    "topics": {"open-data": "Open data"},
    "types": {"report": "Report", "blog-post": "Blog post"},
}


@cache
def config() -> Config:
    """The project's own, read once."""
    return load(load_settings(PROJECT / "settings.yaml"))


@dataclass
class Bench:
    """A store with its pages; `mails` gives what was sent since the last look, as recipient and text."""

    store: Store
    folder: Path
    url: str = "https://updates.example.org/letters/"
    now: datetime = field(default_factory=lambda: instant("2024-01-24 10:00"))
    settings: dict[str, object] = field(default_factory=dict)

    @property
    def config(self) -> Config:
        said = {"letters_url": self.url, "base_url": "https://updates.example.org/", **self.settings}
        return replace(config(), settings=config().settings.model_copy(update=said))

    @property
    def service(self) -> SubscriptionService:
        return SubscriptionService(self.store, TOKENS)

    @property
    def own_rules(self) -> OwnRules:
        return OwnRules(Alerting(self.config, self.store))

    def application(self) -> Starlette:
        there = site(letters_url=self.url)
        pages = LetterPages(self.service, self.own_rules, there, lambda: self.now, KNOWN)
        return application(self.folder / "output", lambda: {"ok": True}, pages)

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)

    def mails(self) -> list[tuple[str, str]]:
        """Send what is due; who got it, and its text."""
        bodies = [(message["to"], message.get_body(("plain",))) for message in self.messages()]
        return [(to, body.get_content()) for to, body in bodies if body is not None]

    def messages(self) -> list[EmailMessage]:
        """Send what is due, and read it."""
        sent = list[EmailMessage]()
        stationery = MailContext(
            site=site(letters_url=self.url),
            address="letters@updates.example.org",
            mailbox="post@example.org",
            tokens=TOKENS,
        )
        outbox = Outbox(self.folder / "outbox")

        async def read(messages):  # type: ignore[no-untyped-def]  # as Outbox.__call__
            for message in messages:
                sent.append(opened(message))
            return await outbox(messages)

        asyncio.run(Dispatch(config(), self.store, stationery).send(read, lambda: self.now, everybody=True))
        return sent

    def link(self) -> str:
        """The link of the one mail that is due."""
        ((_, text),) = self.mails()
        found = re.search(r"^http\S+$", text.replace("\r", ""), re.MULTILINE)
        assert found
        return found[0]

    def reader(self, address: str = "reader@example.org") -> Subscriber:
        """The reader of an address, who is known."""
        found = self.store.readers.at(address)
        assert found is not None
        return found


@contextmanager
def bench(folder: Path) -> Iterator[Bench]:
    """An empty store with its pages."""
    (folder / "output").mkdir()
    with open_store(f"sqlite:///{folder}/store.db") as store:
        yield Bench(store, folder)
