"""The project that the soak runs: sources of several kinds, subscribers, alert rules and a webhook."""

from __future__ import annotations

import base64
from datetime import datetime
from pathlib import Path
from typing import Final

from aggregator.model import Choices, Frequency, Subscriber, SubscriberStatus
from aggregator.store import MakeStore, open_store
from tests.soak.publisher import CONTENT
from tests.support.projects import RECORDS, SMALL_REGISTER, SmallProject, small_project

OPERATOR: Final = "operator@example.org"
KINDS: Final = {"json": "jsonfeed", "listing": "listing", "sitemap": "sitemap", "page": "page"}
SELECTORS: Final = {
    "listing": "    selectors: {item: li.item, title: a, date: time}\n",
    "sitemap": "    selectors: {link: /sitemap/}\n",
}
SOURCE: Final = """\
  - id: {id}
    body: cabinet-office
    kind: {kind}
    title: {id}
    address: {address}
    every: 1 hour
    pause: 0 seconds
    licence: OGL-3.0
    scope: all
    verified: yes
"""
SETTINGS: Final = """\
title: A small project
allowed_hosts: [127.0.0.1]
mail_send: yes
mail_from: letters@updates.example.org
mail_server: smtp://127.0.0.1:{port}
mail_allow: ["*"]
operator_address: {operator}
"""
ALERTS: Final = """\
alerts:
  - id: plans
    name: Plans
    when: title:plan
    changes: yes
    mail: [daily-0@example.org, weekly-0@example.org]
    feed: yes
    webhook: {{url: "{hook}", secret_file: hook-secret}}
  - id: minutes
    name: Minutes
    when: title:minutes
    frequency: daily
    mail: [weekly-1@example.org]
"""


def make_project(folder: Path, address: str, smtp_port: int, begin: datetime) -> SmallProject:
    """Make the project, whose publishers and webhook are at `address`, with a store that has subscribers."""
    project = small_project(folder, register=SMALL_REGISTER)
    blocks = [
        SOURCE.format(id=id, kind=KINDS.get(id, "feed"), address=f"{address}/{id}") + SELECTORS.get(id, "")
        for id in (*CONTENT, "broken")
    ]
    (folder / "sources.yaml").write_text("sources:\n" + "".join(blocks) + RECORDS)
    (folder / "settings.yaml").write_text(SETTINGS.format(port=smtp_port, operator=OPERATOR))
    (folder / "alerts.yaml").write_text(ALERTS.format(hook=f"{address}/hook/{folder.name}"))
    (folder / "hook-secret").write_text("whsec_" + base64.b64encode(b"s" * 32).decode())
    (folder / "data").mkdir()
    # Equal in all runs: the ids of subscribers and the links in mails depend on it.
    (folder / "data/secret").write_text("0123456789abcdef" * 4)
    with open_store(f"sqlite:///{folder}/data/aggregator.db", make=MakeStore.FIRST_TIME) as store:
        store.subscribers.add(_subscribers(begin))
    return project


def _subscribers(begin: datetime) -> list[Subscriber]:
    return [
        Subscriber(
            id=f"{number:08x}{index:08x}",
            address=f"{frequency}-{index}@example.org",
            status=SubscriberStatus.ACTIVE,
            status_since=begin,
            choices=Choices(frequency=frequency, when_empty=True),
        )
        for number, frequency in enumerate((Frequency.WEEKLY, Frequency.DAILY))
        for index in range(3)
    ]
