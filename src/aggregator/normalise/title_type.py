"""Finds the publisher's type at the beginning of a title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from aggregator.values.web_addresses import host_of

WELSH_GOVERNMENT: Final = re.compile(r"(?:^|\.)(?:gov\.wales|llyw\.cymru)$")
# Types of the Welsh Government's announcements, in English and Welsh; each begins titles of the feed.
WELSH_TYPES: Final[Mapping[str, str]] = {
    "written statement": "datganiad ysgrifenedig",
    "oral statement": "datganiad llafar",
    "press release": "datganiad i'r wasg",
}
_ENGLISH_TYPES: Final = {welsh: english for english, welsh in WELSH_TYPES.items()}

# GOV.UK's display types. Its feeds give the type as category; an item may also have the department as one.
GOVUK_TYPES: Final = frozenset(
    """
    aaib report|accredited official statistics|algorithmic transparency record|announcement|answer
    |authored article|call for evidence|call for evidence outcome|case study|closed call for evidence
    |closed consultation|cma case|collection|consultation|consultation outcome|consultation response
    |corporate information|corporate report|correspondence|decision|detailed guide|document collection
    |draft text|drug safety update|fatality notice|foi release|form|government response|guidance|guide
    |html publication|impact assessment|independent report|international treaty|manual|map
    |medical safety alert|national statistics|national statistics announcement|news|news story|notice
    |official statistics|official statistics announcement|open call for evidence|open consultation
    |oral statement to parliament|policy|policy paper|press release|promotional material|publication
    |regulation|report|research|research and analysis|service|speaking notes|speech|standard
    |statement to parliament|statistical data set|statistics|statistics announcement|statutory guidance
    |terms of reference|transcript|transparency|transparency data|travel advice|world location news
    |world news story|written statement to parliament
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)
# Newer types end with a word such as these; a department does not.
_KIND_OF_DOCUMENT: Final = re.compile(
    r"\b(?:reports?|data|releases?|statements?|responses?|papers?|guidance|guides?|notices?|decisions?"
    r"|outcomes?|stor(?:y|ies)|articles?|alerts?|cases?|records?|summar(?:y|ies)|letters?|plans?"
    r"|strateg(?:y|ies)|forms?|assessments?|stud(?:y|ies))$",
    re.IGNORECASE,
)
_DEPARTMENT: Final = re.compile(
    r"\b(?:office|departments?|ministry|agency|authority|commission|council|treasury|service|board)\b",
    re.IGNORECASE,
)


def split_type(title: str, categories: Iterable[str], url: str | None) -> tuple[str, str | None]:
    """Return the title without a prefix that is the type, and the publisher's type.

    GOV.UK's organisation feeds write `Policy paper: Title` with the category `Policy paper`, its finder feeds
    only the title: the prefix goes, so that both have the same title. A prefix that names the department
    stays. gov.wales writes its prefix everywhere, so there it stays in the title.
    """
    prefix, colon, rest = title.partition(": ")
    if not colon or not rest.strip():
        return title, None
    host = host_of(url)
    if host == "gov.uk" and prefix.casefold() in {name.casefold() for name in categories}:
        return (rest.strip(), prefix) if _is_govuk_type(prefix) else (title, None)
    if WELSH_GOVERNMENT.search(host) and welsh_government_type(prefix):
        return title, prefix
    return title, None


def _is_govuk_type(name: str) -> bool:
    if name.casefold() in GOVUK_TYPES:
        return True
    return bool(_KIND_OF_DOCUMENT.search(name)) and not _DEPARTMENT.search(name)


def welsh_government_type(name: str | None) -> str | None:
    """Return the English name of a type of the Welsh Government's announcements; None for any other text."""
    text = (name or "").casefold().replace("’", "'").strip()
    return text if text in WELSH_TYPES else _ENGLISH_TYPES.get(text)
