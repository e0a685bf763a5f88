"""Says in which language a document is: by its address, its words, its feed's word, or its source."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from aggregator.values.web_addresses import host_of, split_address

SUBTAG: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_]|$)")
WELSH_HOST: Final = re.compile(r"(?:^|\.)llyw\.cymru$")


LANGUAGES: Final = ("en", "cy", "gd")
"""What public bodies of the UK publish in; Irish and Ulster Scots pages were not seen (2026-11)."""

SURE: Final = 0.999
ENOUGH: Final = 5
"""Words. Below these a place name decides: of 254 real titles with summaries three were told as Welsh, two
of which are, and the third with a probability of 0.51 (../shared/samples/labels.tsv, 2026-11-23)."""

LOOKED_AT: Final = 600


def detect_language(stated: str | None, url: str | None, usual: str, words: str = "") -> str:
    """The primary subtag of BCP 47, such as `en` or `cy`; `usual` is the source's, for when nothing is said.

    `words` (title and text) decide where they are sure: feeds say `en` or `en-US` whatever they carry.

    A Welsh address goes before what the feed says: GOV.UK marks translations by `.cy` at the end of the path,
    the Welsh Government by its host llyw.cymru, and the software of both says `en` or `en-US` beside it.
    """
    if WELSH_HOST.search(host_of(url).rstrip(".")) or split_address(url).path.rstrip("/").endswith(".cy"):
        return "cy"
    found = SUBTAG.match((stated or "").strip())
    return _told_by(words) or (found[1].lower() if found else usual)


def _told_by(words: str) -> str | None:
    """The language of the words, if they are enough to be sure."""
    shown = words[:LOOKED_AT]
    if len(shown.split()) < ENOUGH:
        return None
    told, probability = _identifier().classify(shown)
    return str(told) if probability >= SURE else None


@cache
def _identifier() -> LanguageIdentifier:
    """The model that the library ships, narrowed to three languages; read when it is first needed (1 s)."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier
