"""The old names of keys and settings: they are refused with an error that has the new name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

# Old key → the key that means the same now.
RENAMED_KEYS: Final[Mapping[str, str]] = {
    # settings.yaml
    "hubs": "websub_hubs",
    "letters_url": "subscriptions_url",
    "mail_replies": "replies_address",
    "mail_replies_box": "replies_mailbox",
    "mail_replies_password_file": "replies_password_file",
    "own_hosts": "allowed_hosts",
    "postal": "postal_address",
    "zone": "timezone",
    # alerts.yaml
    "rhythm": "frequency",
    # sources.yaml
    "seen": "verified",
    "updated_is_news": "updated_means_change",
    # register/
    "binds": "applies_to",
    "elsewhere": "other_countries",
    "general_addresses": "weak_addresses",
    "general_publisher_types": "weak_publisher_types",
    "home": "home_countries",
    "never": "excluded_types",
    "told_by": "carried_by",
    "traps": "false_positives",
    "used": "preferred",
    "verdict": "met",
    "whole": "always_relevant",
}

# Old key → how its values are written now, where that has changed too.
CHANGED_VALUES: Final[Mapping[str, str]] = {
    "seen": "'yes' for 'answered', 'no' for 'likely'",
}


def renamed_key_text(key: str, known_keys: Collection[str]) -> str:
    """What to write instead of an old key; empty if no key of `known_keys` has replaced it."""
    new = RENAMED_KEYS.get(key)
    if new not in known_keys:
        return ""
    values = f", with {CHANGED_VALUES[key]}" if key in CHANGED_VALUES else ""
    return f"'{new}'{values}"
