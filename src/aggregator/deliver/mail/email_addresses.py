"""Mail addresses: checked once, in one form; the only file that imports email_validator."""

from __future__ import annotations

import hashlib
import hmac

from email_validator import EmailNotValidError, validate_email


def normalise_address(address: str) -> str:
    """`address` in the one form in which it is kept: lower case, the host as it goes over the wire.

    ValueError says in plain words what is wrong. Asks no name server. An address that a mail server without
    SMTPUTF8 cannot take is refused.
    """
    try:
        found = validate_email(
            address.strip(), check_deliverability=False, allow_smtputf8=False, test_environment=True
        )
    except EmailNotValidError as error:
        raise ValueError(f"this is no mail address that can be written to: {error}") from error
    return (found.ascii_email or found.normalized).lower()


def address_fingerprint(address: str, key: bytes) -> str:
    """A keyed hash by which an address is known again without being kept."""
    return hmac.new(key, f"address {address}".encode(), hashlib.sha256).hexdigest()


def is_allowed_recipient(address: str, allow: tuple[str, ...]) -> bool:
    """Whether a letter may leave for `address`: named itself, by its `@domain`, or by `*`."""
    domain = "@" + address.rpartition("@")[2]
    return any(one == "*" or one.lower() in (address, domain) for one in allow)
