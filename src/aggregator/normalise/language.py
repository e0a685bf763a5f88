"""Says in which language a document is: by its address, its feed's word, or its source."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

SUBTAG: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_]|$)")
WELSH_HOST: Final = re.compile(r"(?:^|\.)llyw\.cymru$")


def language(stated: str | None, url: str | None, usual: str) -> str:
    """The primary subtag of BCP 47, such as `en` or `cy`; `usual` is the source's, for when nothing is said.

    A Welsh address goes before what the feed says: GOV.UK marks translations by `.cy` at the end of the path,
    the Welsh Government by its host llyw.cymru, and the software of both says `en` or `en-US` beside it.
    """
    parts = urlsplit(url or "")
    if WELSH_HOST.search((parts.hostname or "").rstrip(".")) or parts.path.rstrip("/").endswith(".cy"):
        return "cy"
    found = SUBTAG.match((stated or "").strip())
    return found[1].lower() if found else usual
