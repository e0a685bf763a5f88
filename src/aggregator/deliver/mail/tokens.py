"""Signed words that only we can have made; the only file that imports itsdangerous."""

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

UNSUBSCRIBE = "leave"
FEED = "feed"
CONFIRM = "confirm"
CHOICES = "choices"
LIFETIMES = {CONFIRM: timedelta(days=7), CHOICES: timedelta(hours=24)}
"""How long a word of each purpose holds."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

TAG_LENGTH = 10
"""Characters of the tag in an envelope: 40 bits, and the local part stays under 64 (RFC 5321, 4.5.3)."""


@dataclass(frozen=True)
class Tokens:
    """Makes and reads signed words with one key."""

    key: bytes = field(repr=False)

    def unsubscribe_token(self, reader: str) -> str:
        """The word that lets a reader leave; it does not age, and lets nobody do anything else."""
        return _signer(self.key, UNSUBSCRIBE).sign(reader).decode()

    def read_unsubscribe_token(self, token: str) -> str | None:
        """Who leaves by this word; None when it is not ours."""
        return _read(_signer(self.key, UNSUBSCRIBE), token)

    def feed_token(self, word: str) -> str:
        """What opens the feed of this word; it does not age, and lets nobody do anything but read."""
        return _signer(self.key, FEED).sign(word).decode()

    def read_feed_token(self, token: str) -> str | None:
        """The word of the feed that this opens; None when it is not ours."""
        return _read(_signer(self.key, FEED), token)

    def timed_token(self, purpose: str, words: str, now: datetime) -> str:
        """`words` signed for one purpose at `now`."""
        return _StampedSigner(self.key, purpose, now).sign(words).decode()

    def read_timed_token(self, purpose: str, token: str, now: datetime) -> str | None:
        """The words of a token that was made for this purpose and holds at `now`; else None."""
        try:
            seconds = int(LIFETIMES[purpose].total_seconds())
            return _StampedSigner(self.key, purpose, now).unsign(token, max_age=seconds).decode()
        except (BadSignature, UnicodeDecodeError):
            return None

    def signed_at(self, purpose: str, token: str) -> datetime:
        """When a word of ours was signed for this purpose. Raises ValueError for any other word."""
        try:
            return _StampedSigner(self.key, purpose, EPOCH).unsign(token, return_timestamp=True)[1]
        except BadSignature as error:
            raise ValueError("no word of ours") from error

    def return_address_tag(self, run: str, reader: str) -> str:
        """What makes an envelope's return address ours, so that nobody can forge a bounce."""
        return hmac.new(self.key, f"bounce {run} {reader}".encode(), hashlib.sha256).hexdigest()[:TAG_LENGTH]

    def placeholder(self, run: str) -> str:
        """A word that stands for the personal one in a frozen letter; no source can guess and plant it."""
        return "slot" + hmac.new(self.key, f"slot {run}".encode(), hashlib.sha256).hexdigest()[:24]


@cache
def _signer(key: bytes, purpose: str) -> Signer:
    return Signer(key, salt=purpose, digest_method=hashlib.sha256)


def _read(signer: Signer, token: str) -> str | None:
    try:
        return signer.unsign(token).decode()
    except (BadSignature, UnicodeDecodeError):
        return None


class _StampedSigner(TimestampSigner):
    """A TimestampSigner that stands at a given instant instead of asking the machine's clock."""

    def __init__(self, key: bytes, purpose: str, now: datetime) -> None:
        super().__init__(key, salt=purpose, digest_method=hashlib.sha256)
        self._now = int(now.timestamp())

    def get_timestamp(self) -> int:
        """The instant in seconds."""
        return self._now


def read_key(file: Path) -> bytes:
    """The key in `file`, made there at first use so that only its owner can read it.

    Two processes that start at once get the same key. Raises DeliveryError for a file that cannot be
    read or made, or that holds no key.
    """
    try:
        if not file.exists():
            _make_key(file)
        key = file.read_bytes().strip()
    except OSError as error:
        raise DeliveryError(
            f"{file}: the key of links and hashes cannot be read: {error.strerror}"
        ) from error
    if len(key) < 32:
        raise DeliveryError(f"{file}: holds no key; bring it back from your backup, or take the file away")
    return key


def read_secret_file(file: Path, what: str) -> str:
    """What a file of the operator's holds. DeliveryError names `what` cannot be read."""
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DeliveryError(f"{file}: {what} cannot be read: {error}") from error


def _make_key(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_bytes(os.urandom(32).hex().encode() + b"\n")
    try:
        # A link is made whole or not at all, and never over another's.
        file.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
