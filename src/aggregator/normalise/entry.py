"""Builds one entry out of one item, or says why the item cannot be used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from aggregator.model import (
    Claim,
    Entry,
    FeedMetadata,
    Link,
    Note,
    RawClaim,
    RawEntry,
    RawLink,
    RawRemoval,
    Reject,
    Removal,
    Source,
    Translation,
)
from aggregator.model.kinds import KINDS, Kind
from aggregator.normalise.dates import parse_moment
from aggregator.normalise.identity import OUR_ID, document_key, entry_id, meeting_name, names_from_ids
from aggregator.normalise.language import detect_language
from aggregator.normalise.safe_html import nfc_line, plain_text, safe_html, truncate
from aggregator.normalise.urls import absolute_url, canonical_url, clean_url
from aggregator.values.text import ELLIPSIS
from aggregator.values.web_addresses import host_of

TITLE_LIMIT: Final = 500
SUMMARY_LIMIT: Final = 1_000
EXCERPT_LIMIT: Final = 350
"""A summary that we take out of the content ourselves, as long as WordPress makes one (55 words)."""
HEADINGS: Final = re.compile(r"\A\s*(?:<h[1-6]>[^<]{0,300}</h[1-6]>\s*)+")
"""What stands above the first paragraph ("Consultation description") says nothing by itself."""
TEXT_LIMIT: Final = 100_000
NAME_LIMIT: Final = 200
LISTED: Final = 50
"""How many categories and links of an item are kept."""

KEPT_LINKS: Final = frozenset({"alternate", "enclosure", "related", "via", "describedby"})


WELSH_GOVERNMENT: Final = re.compile(r"(?:^|\.)(?:gov\.wales|llyw\.cymru)$")
WELSH_TYPES: Final = frozenset(
    {
        "written statement",
        "oral statement",
        "press release",
        "datganiad ysgrifenedig",
        "datganiad llafar",
        "datganiad i'r wasg",
    }
)
"""Prefixes of gov.wales announcements: `Written Statement` was seen (2026-09), the others are page types."""


LICENCES: Final[Mapping[str, str]] = {
    "https://nationalarchives.gov.uk/doc/open-government-licence/version/3": "OGL-3.0",
    "https://parliament.uk/site-information/copyright-parliament/open-parliament-licence": "OPL-3.0",
    "https://creativecommons.org/publicdomain/zero/1.0": "CC0-1.0",
}
"""By canonical address; `model/licences.py` says what each allows."""


def build_entry(source: Source, fetched_url: str, raw: RawEntry, now: datetime) -> Entry | Reject:
    """The entry that `raw` tells; a Reject for an item without a title or without a usable link."""
    kind = KINDS[source.kind]
    base = absolute_url(raw.base, fetched_url) or fetched_url
    url = clean_url(absolute_url(raw.link, base))
    identifier = document_key(canonical_url(url), raw.id, kind.own_id_prefix)
    passed_on = raw.source_feed is not None
    title = truncate(plain_text(raw.title, raw.title_is_html), TITLE_LIMIT)
    if not identifier or not title:
        return Reject(item_name=raw.item_name, why=_why(raw, title))
    categories = _names(raw.categories)
    title, type_in_title = split_type(title, categories, url)
    summary, content, text = _words(raw, base)
    return Entry(
        id=_id(raw, identifier),
        key=identifier,
        url=url,
        source=source.id,
        native_id=truncate(nfc_line(raw.id or ""), SUMMARY_LIMIT) or None,
        body=_name(raw.body if kind.written_by_us or passed_on else None) or source.body,
        title=title,
        summary=summary,
        content=content,
        text=text,
        language=detect_language(raw.language, url, source.language, f"{title} {text}"),
        published=parse_moment(raw.published, now=now),
        updated=parse_moment(raw.updated, now=now),
        opens=parse_moment(raw.opens, now=now),
        closes=parse_moment(raw.closes, now=now),
        publisher_type=_name(raw.type) or type_in_title,
        categories=categories,
        links=_links(raw.links, base, identifier),
        claims=tuple(_claim(claim, now) for claim in raw.claims),
        licence=licence_of_address(raw.licence) if passed_on else source.licence,
        content_id=truncate(nfc_line(raw.content_id or ""), NAME_LIMIT) or None,
        names=_own_names(raw, title, url, kind, now),
        translations=_translations(raw.translations, base),
        notes=tuple(
            Note(
                moment=parse_moment(note.at, now=now),
                text=truncate(plain_text(note.text, True), SUMMARY_LIMIT),
            )
            for note in raw.notes[:LISTED]
        ),
        removal=build_removal(raw.removal, base, now) if raw.removal else None,
        partial=raw.partial,
        source_feed=_origin(raw.source_feed) if raw.source_feed else None,
    )


def _id(raw: RawEntry, identifier: str) -> str:
    """The document's id; another instance's stays as it is, also where its address has changed since."""
    kept = nfc_line(raw.id or "") if raw.source_feed else ""
    return kept if OUR_ID.fullmatch(kept) else entry_id(identifier)


def _origin(head: FeedMetadata) -> FeedMetadata:
    """What is kept of a feed's description, within limits."""
    return FeedMetadata(
        id=truncate(nfc_line(head.id or ""), SUMMARY_LIMIT) or None,
        title=truncate(plain_text(head.title, False), TITLE_LIMIT) or None,
        link=clean_url(head.link),
        updated=_name(head.updated),
        rights=truncate(plain_text(head.rights, False), SUMMARY_LIMIT) or None,
        language=_name(head.language),
        self_url=clean_url(head.self_url),
    )


def _own_names(raw: RawEntry, title: str, url: str | None, kind: Kind, now: datetime) -> tuple[str, ...]:
    """A record stays the same when it gets a page, or another one: it goes by its own id, too."""
    own = document_key(None, raw.id, kind.own_id_prefix)
    meeting = meeting_name(title, recorded=kind.written_by_us, now=now)
    return (*names_from_ids(raw.id, url), *(name for name in (own, meeting) if name))


def stated_removal(
    source: Source, fetched_url: str, raw: RawEntry, now: datetime
) -> tuple[str, Removal] | None:
    """The key of the document that `raw` says was taken away, and how: it may have lost its title by then."""
    if raw.removal is None:
        return None
    base = absolute_url(raw.base, fetched_url) or fetched_url
    identifier = canonical_url(clean_url(absolute_url(raw.link, base)))
    return (identifier, build_removal(raw.removal, base, now)) if identifier else None


def build_removal(raw: RawRemoval, base: str, now: datetime) -> Removal:
    """A removal in our words."""
    return Removal(
        kind=raw.kind,
        moment=parse_moment(raw.at, now=now),
        note=truncate(plain_text(raw.note, True), SUMMARY_LIMIT),
        to=clean_url(absolute_url(raw.to, base)),
    )


def _why(raw: RawEntry, title: str) -> str:
    if not title:
        return f"no title (link: {truncate(nfc_line(raw.link or 'none'), NAME_LIMIT)})"
    what = (
        f"link '{truncate(nfc_line(raw.link), NAME_LIMIT)}' is no http(s) address" if raw.link else "no link"
    )
    return f"{what} (title: {truncate(title, NAME_LIMIT)})"


def _names(categories: tuple[str, ...]) -> tuple[str, ...]:
    names = (name for text in categories[: LISTED * 4] if (name := _name(text)))
    return tuple(dict.fromkeys(names))[:LISTED]


def _name(text: str | None) -> str | None:
    """A short word of the publisher's, such as a category; None for nothing."""
    return truncate(plain_text((text or "")[: NAME_LIMIT * 5], False), NAME_LIMIT) or None


def _words(raw: RawEntry, base: str) -> tuple[str, str, str]:
    """Summary, content and text. A summary too long to be one is the content (RSS descriptions often are)."""
    summary = plain_text(raw.summary, raw.summary_is_html)
    markup = raw.content
    if not markup and raw.summary_is_html and len(summary) > SUMMARY_LIMIT:
        markup = raw.summary
    content = safe_html(markup, base)
    told = plain_text(content, True)
    excerpt = truncate(summary, SUMMARY_LIMIT) or truncate(
        plain_text(HEADINGS.sub("", content), True) or told, EXCERPT_LIMIT
    )
    return excerpt, content, truncate(_join(summary, told), TEXT_LIMIT)


def _join(summary: str, told: str) -> str:
    """The words of both; once where the summary is the beginning of the content, or all of it."""
    start = summary.rstrip(ELLIPSIS).rstrip()
    if told.startswith(start):
        return told
    return f"{summary} {told}".strip()


def _links(raws: tuple[RawLink, ...], base: str, page: str) -> tuple[Link, ...]:
    """Attachments, sources and other forms of the document, each once; not its own page again."""
    found: dict[tuple[str, str], Link] = {}
    for raw in raws[: LISTED * 4]:
        href = clean_url(absolute_url(raw.href, base))
        if href and raw.rel in KEPT_LINKS and not (raw.rel == "alternate" and canonical_url(href) == page):
            found.setdefault((raw.rel, href), _link(raw, href))
    return tuple(found.values())[:LISTED]


def _link(raw: RawLink, href: str) -> Link:
    length = (raw.length or "").strip()
    return Link(
        href=href,
        rel=raw.rel,
        type=_name(raw.type),
        title=_name(raw.title),
        length=int(length) if length.isdecimal() and len(length) < 16 else None,
    )


def _translations(raws: tuple[RawLink, ...], base: str) -> tuple[Translation, ...]:
    found = {
        raw.language.lower(): Translation(
            language=raw.language.lower(), url=url, title=truncate(plain_text(raw.title, False), TITLE_LIMIT)
        )
        for raw in raws[:LISTED]
        if raw.language and (url := clean_url(absolute_url(raw.href, base)))
    }
    return tuple(found[language] for language in sorted(found))


def _claim(raw: RawClaim, now: datetime) -> Claim:
    return Claim(
        what=plain_text(raw.what, False),
        moment=parse_moment(raw.date, now=now),
        source=clean_url(raw.source),
        note=plain_text(raw.note, False),
    )


def split_type(title: str, categories: Iterable[str], url: str | None) -> tuple[str, str | None]:
    """Title and publisher's type.

    GOV.UK's organisation feeds write `Policy paper: Title` and name `Policy paper` as the category, while its
    finder feeds write the bare title: the prefix goes, so that both tell one title. gov.wales writes its
    prefix everywhere, so there it stays in the title.
    """
    prefix, colon, rest = title.partition(": ")
    if not colon or not rest.strip():
        return title, None
    host = host_of(url)
    if host == "gov.uk" and prefix.casefold() in {name.casefold() for name in categories}:
        return rest.strip(), prefix
    if WELSH_GOVERNMENT.search(host) and prefix.casefold().replace("’", "'") in WELSH_TYPES:
        return title, prefix
    return title, None


def licence_of_address(address: str | None) -> str:
    """The licence whose address this is; `unknown` for any other, which lets us tell title and link only."""
    return LICENCES.get(canonical_url(address) or "", "unknown")
