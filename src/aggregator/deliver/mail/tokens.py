"""Signed tokens for links and return addresses, and the key that signs them."""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from itsdangerous import BadSignature, Signer, TimestampSigner

from aggregator.errors import DeliveryError

# The purposes. They are signed into links that were already mailed, so the strings must never change.
UNSUBSCRIBE = "leave"
FEED = "feed"
CONFIRM = "confirm"
CHOICES = "choices"
# How long a timed token is valid.
LIFETIMES = {CONFIRM: timedelta(days=7), CHOICES: timedelta(hours=24)}

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# In hex characters: 40 bits. The local part of the return address may have 64 (RFC 5321, 4.5.3.1.1).
TAG_LENGTH = 10


@dataclass(frozen=True)
class Tokens:
    """Signs tokens with one key, and verifies them."""

    key: bytes = field(repr=False)

    # Feed and unsubscribe tokens never expire: the links in old mails must work, and feed readers keep an
    # address for years. Each can do one thing only.
    def unsubscribe_token(self, subscriber_id: str) -> str:
        """A token that unsubscribes this subscriber, and does nothing else. It never expires."""
        return _signer(self.key, UNSUBSCRIBE).sign(subscriber_id).decode()

    def read_unsubscribe_token(self, token: str) -> str | None:
        """The id of the subscriber whom this token unsubscribes; None when we did not sign it."""
        return _unsign(_signer(self.key, UNSUBSCRIBE), token)

    def feed_token(self, feed_secret: str) -> str:
        """A token that opens the private feed with this secret, for reading only. It never expires."""
        return _signer(self.key, FEED).sign(feed_secret).decode()

    def read_feed_token(self, token: str) -> str | None:
        """The secret of the feed that this token opens; None when we did not sign it."""
        return _unsign(_signer(self.key, FEED), token)

    def timed_token(self, purpose: str, value: str, now: datetime) -> str:
        """`value` signed for one purpose at `now`; `LIFETIMES` says how long it is valid."""
        return _SignerAtInstant(self.key, purpose, now).sign(value).decode()

    def read_timed_token(self, purpose: str, token: str, now: datetime) -> str | None:
        """The value of a token that was signed for this purpose and is valid at `now`; else None."""
        try:
            seconds = int(LIFETIMES[purpose].total_seconds())
            return _SignerAtInstant(self.key, purpose, now).unsign(token, max_age=seconds).decode()
        except (BadSignature, UnicodeDecodeError):
            return None

    def signed_at(self, purpose: str, token: str) -> datetime:
        """When a token was signed for this purpose. Raises ValueError when it was not."""
        try:
            return _SignerAtInstant(self.key, purpose, EPOCH).unsign(token, return_timestamp=True)[1]
        except BadSignature as error:
            raise ValueError("this token was not signed here") from error

    def return_address_tag(self, run: str, subscriber_id: str) -> str:
        """The tag in a return address: without it anybody could forge a bounce and stop somebody's mail."""
        signature = hmac.new(self.key, f"bounce {run} {subscriber_id}".encode(), hashlib.sha256)
        return signature.hexdigest()[:TAG_LENGTH]

    def placeholder(self, run: str) -> str:
        """The text in a prepared mail that the unsubscribe token replaces."""
        # Keyed, so that no publisher can guess it and put it into a title or link.
        return "slot" + hmac.new(self.key, f"slot {run}".encode(), hashlib.sha256).hexdigest()[:24]


# One signer for each key and purpose serves all subscribers of a run.
@cache
def _signer(key: bytes, purpose: str) -> Signer:
    return Signer(key, salt=purpose, digest_method=hashlib.sha256)


def _unsign(signer: Signer, token: str) -> str | None:
    try:
        return signer.unsign(token).decode()
    except (BadSignature, UnicodeDecodeError):
        return None


class _SignerAtInstant(TimestampSigner):
    """A TimestampSigner with a given instant in place of the machine's clock."""

    def __init__(self, key: bytes, purpose: str, now: datetime) -> None:
        super().__init__(key, salt=purpose, digest_method=hashlib.sha256)
        self._now = int(now.timestamp())

    def get_timestamp(self) -> int:
        """The instant in seconds since 1970."""
        return self._now


def read_key(file: Path) -> bytes:
    """The key in `file`; made at first use, readable by its owner only.

    Two processes that start at once get the same key. Raises DeliveryError when the file cannot be read or
    made, or has no key in it.
    """
    try:
        if not file.exists():
            _create_key(file)
        key = file.read_bytes().strip()
    except OSError as error:
        raise DeliveryError(f"{file}: the key that signs links cannot be read: {error.strerror}") from error
    # Never replaced: with another key no link in a sent mail works, and no suppressed address is recognised.
    if len(key) < 32:
        raise DeliveryError(f"{file}: has no key; restore it from your backup, or remove it to get a new key")
    return key


def read_secret_file(file: Path, what: str) -> str:
    """The text of a file of the operator's. The DeliveryError for an unreadable file names `what` it is."""
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DeliveryError(f"{file}: {what} cannot be read: {error}") from error


def _create_key(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Complete before it has its final name, so that no process reads half a key.
    new_file = file.with_name(f"{file.name}.{os.getpid()}")
    new_file.touch(mode=0o600)  # before the key is in it
    new_file.write_bytes(os.urandom(32).hex().encode() + b"\n")
    try:
        # A hard link is atomic and never replaces a file: of two processes the first one's key stays.
        file.hardlink_to(new_file)
    except FileExistsError:
        pass
    finally:
        new_file.unlink()
