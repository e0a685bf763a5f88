"""The names by which a document in one language is found in another one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from aggregator.model import LONDON, Entry, Precision
from aggregator.normalise.title_type import WELSH_GOVERNMENT, welsh_government_type
from aggregator.normalise.urls import canonical_url
from aggregator.values.languages import primary_language
from aggregator.values.web_addresses import host_of, split_address

# The beginning of a name made of the address to which the publisher's language link leads.
TRANSLATION_PREFIX: Final = "translation:"
# The beginning of a name that announcements of one body, type and minute have.
MINUTE_PREFIX: Final = "minute:"
LANGUAGE_PREFIXES: Final = (TRANSLATION_PREFIX, MINUTE_PREFIX)

PAIRED_LANGUAGES: Final = frozenset({"en", "cy"})


def language_names(entry: Entry) -> Iterator[str]:
    """Yield the names by which the other languages of an entry are found; alone they prove nothing."""
    own = primary_language(entry.language)
    for translation in entry.translations:
        address = canonical_url(translation.url)
        # A link to the home page is the menu's.
        is_page = address and split_address(address).path.strip("/") not in {"", own, "cy", "en", "gd"}
        if is_page and address != entry.key and primary_language(translation.language) != own:
            yield f"{TRANSLATION_PREFIX}{address}"
    if name := _minute_name(entry, own):
        yield name


def _minute_name(entry: Entry, language: str) -> str | None:
    moment = entry.published
    if not WELSH_GOVERNMENT.search(host_of(entry.url)) or language not in PAIRED_LANGUAGES or moment is None:
        return None
    local = moment.at.astimezone(LONDON)
    is_midnight = timedelta(hours=local.hour, minutes=local.minute) == timedelta()
    if moment.precision not in {Precision.SECOND, Precision.MINUTE} or is_midnight:
        return None
    type = welsh_government_type(entry.publisher_type) or ""
    return f"{MINUTE_PREFIX}{entry.body}:{type}:{moment.at:%Y-%m-%dT%H:%M}"
