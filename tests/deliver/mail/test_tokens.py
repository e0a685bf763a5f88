"""Tokens and keys: only tokens that we signed are valid, each for one purpose and time. Mail addresses."""

from __future__ import annotations

import multiprocessing
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.deliver.mail.email_addresses import (
    address_fingerprint,
    is_allowed_recipient,
    normalise_address,
)
from aggregator.deliver.mail.tokens import CHOICES, CONFIRM, Tokens, read_key
from aggregator.errors import DeliveryError
from tests.deliver.mail.subscribers import TOKENS
from tests.support.builders import instant

DAY = timedelta(days=1)


def test_an_unsubscribe_token_is_valid_only_as_we_signed_it() -> None:
    token = TOKENS.unsubscribe_token("00c0ffee00c0ffee")

    assert TOKENS.read_unsubscribe_token(token) == "00c0ffee00c0ffee"
    assert TOKENS.read_unsubscribe_token(token.replace("0", "1", 1)) is None
    assert TOKENS.read_unsubscribe_token(token[:-1]) is None
    assert TOKENS.read_unsubscribe_token("00c0ffee00c0ffee") is None
    assert TOKENS.read_unsubscribe_token("\xff.\xff") is None
    assert Tokens(b"another key that is long enough too").read_unsubscribe_token(token) is None
    assert len(token) <= 75  # it fits on one line of quoted-printable


def test_a_timed_token_is_valid_for_one_purpose_and_until_it_expires() -> None:
    signed_at = instant("2024-01-29 08:00")
    token = TOKENS.timed_token(CONFIRM, "00c0ffee00c0ffee", signed_at)

    assert TOKENS.read_timed_token(CONFIRM, token, signed_at) == "00c0ffee00c0ffee"
    assert TOKENS.read_timed_token(CONFIRM, token, signed_at + 7 * DAY) == "00c0ffee00c0ffee"
    assert TOKENS.read_timed_token(CONFIRM, token, signed_at + 7 * DAY + timedelta(seconds=1)) is None
    assert TOKENS.read_timed_token(CHOICES, token, signed_at) is None
    assert TOKENS.read_unsubscribe_token(token) is None
    assert TOKENS.read_timed_token(CONFIRM, TOKENS.unsubscribe_token("00c0ffee00c0ffee"), signed_at) is None


def test_a_feed_token_unsubscribes_nobody_and_an_unsubscribe_token_opens_no_feed() -> None:
    assert TOKENS.read_feed_token(TOKENS.feed_token("00c0ffee00c0ffee")) == "00c0ffee00c0ffee"
    assert TOKENS.read_unsubscribe_token(TOKENS.feed_token("00c0ffee00c0ffee")) is None
    assert TOKENS.read_feed_token(TOKENS.unsubscribe_token("00c0ffee00c0ffee")) is None


def test_the_key_does_not_show_when_it_is_printed() -> None:
    assert "long enough" not in repr(TOKENS)


def test_the_key_is_created_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "data/secret"

    key = read_key(file)

    assert len(key) == 64
    assert read_key(file) == key
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_processes_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        keys = pool.map(read_key, [tmp_path / "secret"] * 8, chunksize=1)

    assert len(set(keys)) == 1


def test_a_file_without_a_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("short\n")

    with pytest.raises(DeliveryError, match=r"secret: has no key; restore it from your backup"):
        read_key(tmp_path / "secret")
    with pytest.raises(DeliveryError, match=r"the key that signs links cannot be read: Is a directory"):
        read_key(tmp_path)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        (" Reader@Example.ORG ", "reader@example.org"),
        ("a.b+c@example.org", "a.b+c@example.org"),
        ("reader@bücher.example", "reader@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_stored_in_one_form(written: str, stored: str) -> None:
    assert normalise_address(written) == stored


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "reader",
        "a@b@c",
        "a b@example.org",
        "x\r\nBcc: y@example.org",
        "ŵ@example.org",
        "a@-.org",
        "<a@b.org>",
    ],
)
def test_an_invalid_address_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="no mail address that can be written to"):
        normalise_address(wrong)


def test_a_fingerprint_depends_on_the_key_and_does_not_contain_the_address() -> None:
    fingerprint = address_fingerprint("reader@example.org", b"one key")

    assert fingerprint == address_fingerprint("reader@example.org", b"one key")
    assert fingerprint != address_fingerprint("reader@example.org", b"another key")
    assert "reader" not in fingerprint


@pytest.mark.parametrize(
    ("allow", "is_allowed"),
    [
        ((), False),
        (("*",), True),
        (("reader@example.org",), True),
        (("READER@example.org",), True),
        (("@example.org",), True),
        (("@org",), False),
        (("example.org",), False),
        (("other@example.org",), False),
    ],
)
def test_mail_goes_only_to_addresses_on_the_allow_list(allow: tuple[str, ...], is_allowed: bool) -> None:
    assert is_allowed_recipient("reader@example.org", allow) is is_allowed
