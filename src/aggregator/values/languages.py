"""Names of the languages in which public bodies of the UK publish, by language tag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# By the primary part of a tag: the name in the language itself, and in English.
NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "ar": ("العربية", "Arabic"),
    "bfi": ("British Sign Language", "British Sign Language"),
    "bn": ("বাংলা", "Bengali"),
    "cy": ("Cymraeg", "Welsh"),
    "de": ("Deutsch", "German"),
    "en": ("English", "English"),
    "es": ("Español", "Spanish"),
    "fa": ("فارسی", "Persian"),
    "fr": ("Français", "French"),
    "ga": ("Gaeilge", "Irish"),
    "gd": ("Gàidhlig", "Gaelic"),
    "gv": ("Gaelg", "Manx"),
    "kw": ("Kernewek", "Cornish"),
    "pl": ("Polski", "Polish"),
    "ps": ("پښتو", "Pashto"),
    "pt": ("Português", "Portuguese"),
    "ro": ("Română", "Romanian"),
    "ru": ("Русский", "Russian"),
    "sco": ("Scots", "Scots"),
    "so": ("Soomaali", "Somali"),
    "uk": ("Українська", "Ukrainian"),
    "ur": ("اردو", "Urdu"),
    "zh": ("中文", "Chinese"),
}


def primary_language(tag: str) -> str:
    """Return the language of a tag, whatever country it names."""
    return tag.lower().replace("_", "-").partition("-")[0]


def is_english(tag: str) -> bool:
    """Return whether a tag names English, of whatever country."""
    return primary_language(tag) == "en"


def own_name(tag: str) -> str:
    """Return the name of a language in itself; the tag if it has none here."""
    names = NAMES.get(primary_language(tag))
    return names[0] if names else tag


def english_name(tag: str) -> str | None:
    """Return the name of a language in English; None if it has none here."""
    names = NAMES.get(primary_language(tag))
    return names[1] if names else None
