"""Mail addresses: validation, one form to store, keyed hashes, and the operator's allow list."""

from __future__ import annotations

import hashlib
import hmac

from email_validator import EmailNotValidError, validate_email


def normalise_address(address: str) -> str:
    """`address` in the form in which we store it: lower case, its host in ASCII (punycode).

    Raises ValueError with a reason in plain words. No name server is asked. Addresses that need SMTPUTF8 are
    refused, since many mail servers do not support it.
    """
    # `test_environment` accepts addresses under `.test`, a domain reserved for trials (RFC 6761, 6.2).
    try:
        validated = validate_email(
            address.strip(), check_deliverability=False, allow_smtputf8=False, test_environment=True
        )
    except EmailNotValidError as error:
        raise ValueError(f"this is no mail address that can be written to: {error}") from error
    return (validated.ascii_email or validated.normalized).lower()


def address_fingerprint(address: str, key: bytes) -> str:
    """A keyed hash that recognises an address on the suppression list without storing it."""
    return hmac.new(key, f"address {address}".encode(), hashlib.sha256).hexdigest()


def is_allowed_recipient(address: str, allow: tuple[str, ...]) -> bool:
    """Whether mail may go to `address`: `allow` has the address, its `@domain`, or `*`."""
    domain = "@" + address.rpartition("@")[2]
    return any(allowed == "*" or allowed.lower() in (address, domain) for allowed in allow)
