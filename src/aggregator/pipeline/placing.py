"""Says where a reader's own rule may go: which webhooks are let be, and how many.

Whoever asks has confirmed an address, and is a stranger all the same: see docs/decisions/0023.
"""

from __future__ import annotations

import base64
import ipaddress
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from aggregator.config import Config
from aggregator.deliver.webhooks import PREFIX
from aggregator.errors import ConfigError, Mistake, SourceError
from aggregator.fetch.addresses import Origin, origin
from aggregator.model.addresses import authority_of
from aggregator.model.alerts import OwnRule, Places

MOST_HOOKS: Final = 5
"""Webhooks of one reader."""

LONGEST: Final = 500
"""Characters of a webhook's address."""

HTTPS: Final = 443


@dataclass(frozen=True)
class Placing:
    """Where the rules of one reader may go. `known`: everybody's own rules, each with its reader's id."""

    config: Config
    known: Sequence[tuple[str, OwnRule]]

    def placed(self, reader: str, rule: OwnRule, wanted: Places) -> tuple[OwnRule, str]:
        """The rule as it goes there, and the new secret where its webhook is a new one (else empty).

        Raises ConfigError, in plain words, for what cannot be.
        """
        hook = wanted.webhook.strip()
        if not (wanted.mail or wanted.feed or hook):
            raise refused("this rule would tell nobody: choose mail, a feed or a webhook, or remove it")
        if wanted.feed and not self.config.settings.letters_url:
            raise refused("a reader's own feed is served below letters_url, which is not set here")
        new = hook if hook != rule.webhook else ""
        if new:
            check_hook(new, self.config)
            self._check_room(reader, rule)
        word = (rule.feed or secrets.token_hex(16)) if wanted.feed else ""
        return replace(rule, mail=wanted.mail, feed=word, webhook=hook), new_secret() if new else ""

    def _check_room(self, reader: str, rule: OwnRule) -> None:
        others = [whose for whose, one in self.known if one.webhook and (whose, one.id) != (reader, rule.id)]
        if others.count(reader) >= MOST_HOOKS:
            raise refused(f"{MOST_HOOKS} webhooks are the most; take one out first")
        if len(others) >= self.config.settings.reader_webhooks:
            raise refused("no more webhooks can be set here at present; whoever runs this site can say why")


def check_hook(address: str, config: Config) -> None:
    """Raise ConfigError, in plain words, for what no reader may have posted to.

    Whether the host's name leads into a network of ours is seen when it is dialled, each time.
    """
    whom = _read(address)
    if whom.host in config.settings.own_hosts:
        return
    if whom.scheme != "https":
        raise refused("write a webhook's address with https:// before it")
    if whom.port != HTTPS:
        raise refused("write a webhook's address without a port")
    if "." not in whom.host.strip(".") or _is_ip(whom.host):
        raise refused("write a host's name into a webhook's address, such as hooks.example.org")
    if authority_of(address).rstrip(".") in {authority_of(source.address) for source in config.sources}:
        raise refused("this site reads that host; nothing can be posted there")


def new_secret() -> str:
    """What signs the posts of one webhook (Standard Webhooks, "Signature scheme")."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def refused(what: str) -> ConfigError:
    """A wish that cannot be granted, in words for the reader."""
    return ConfigError((Mistake("rule", 0, what),))


def _read(address: str) -> Origin:
    plain = address.isascii() and address.isprintable() and not set(address) & set(' "<>\\^`{|}#')
    try:
        if plain and len(address) <= LONGEST:
            return origin(address)
    except SourceError:
        pass
    what = "is no address that can be posted to; write it whole, such as https://hooks.example.org/alerts"
    raise refused(f"'{address[:80]}' {what}")


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
