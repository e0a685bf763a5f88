"""Builds an entry out of one item of a source, or rejects the item with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
from aggregator.normalise.identity import (
    OUR_ID,
    document_key,
    entry_id,
    meeting_name,
    names_from_ids,
    spelling_name,
)
from aggregator.normalise.language import detect_language, stated_language
from aggregator.normalise.safe_html import (
    nfc_line,
    plain_text,
    safe_html,
    text_of_safe_html,
    truncate,
    verbatim_text,
)
from aggregator.normalise.title_type import split_type
from aggregator.normalise.urls import absolute_url, canonical_url, clean_url
from aggregator.values.text import ELLIPSIS
from aggregator.values.web_addresses import split_address

TITLE_LIMIT: Final = 500
SUMMARY_LIMIT: Final = 1_000
# Characters of a summary that we take from the content ourselves: as long as WordPress's (55 words).
EXCERPT_LIMIT: Final = 350
# Headings above the first paragraph ("Consultation description"), which are no summary.
LEADING_HEADINGS: Final = re.compile(r"\A\s*(?:<h[1-6]>[^<]{0,300}</h[1-6]>\s*)+")
TEXT_LIMIT: Final = 100_000
NAME_LIMIT: Final = 200
# Categories, links, translations and notes of an item, of each at most so many.
MAX_LISTED: Final = 50

# Where a link to a visitor's comment leads: WordPress, Alaveteli.
COMMENT: Final = re.compile(r"comment-\d+")

LINK_RELATIONS: Final = frozenset({"alternate", "enclosure", "related", "via", "describedby"})


# By canonical address; `model/licences.py` says what each allows.
LICENCES: Final[Mapping[str, str]] = {
    "https://nationalarchives.gov.uk/doc/open-government-licence/version/3": "OGL-3.0",
    "https://parliament.uk/site-information/copyright-parliament/open-parliament-licence": "OPL-3.0",
    "https://creativecommons.org/publicdomain/zero/1.0": "CC0-1.0",
}


def build_entry(source: Source, fetched_url: str, raw: RawEntry, now: datetime) -> Entry | Reject:
    """The entry of an item; a Reject if it has no title or no usable link."""
    kind = KINDS[source.kind]
    base = absolute_url(raw.base, fetched_url) or fetched_url
    url = clean_url(absolute_url(raw.link, base))
    # Only kinds with ids of their own may use them: a feed must not pass for one of our records.
    title = _title(raw)
    summary, content, text = _texts(raw, base)
    # Where the publisher says in which language each page is, its address does not count.
    language = detect_language(
        raw.language, None if raw.link_language else url, source.language, f"{title} {text}"
    )
    url, translations = _pages(raw, url, language, base)
    identifier = document_key(canonical_url(url), raw.id, kind.own_id_prefix)
    relayed = raw.source_feed is not None
    if not identifier or not title:
        return Reject(item_name=raw.item_name, why=_reject_reason(raw, title))
    if COMMENT.fullmatch(split_address(url).fragment):
        return Reject(
            item_name=raw.item_name, why=f"a visitor's comment on a page (title: {title[:NAME_LIMIT]})"
        )
    categories = _category_names(raw.categories)
    title, type_in_title = split_type(title, categories, url)
    return Entry(
        id=_id(raw, identifier),
        key=identifier,
        url=url,
        source=source.id,
        native_id=truncate(nfc_line(raw.id or ""), SUMMARY_LIMIT) or None,
        # A publisher's feed must not speak for another body than that of its source.
        body=_short_text(raw.body if kind.written_by_us or relayed else None) or source.body,
        title=title,
        summary=summary,
        content=content,
        text=text,
        language=language,
        published=parse_moment(raw.published, now=now, exact=relayed),
        updated=parse_moment(raw.updated, now=now, exact=relayed),
        opens=parse_moment(raw.opens, now=now),
        closes=parse_moment(raw.closes, now=now),
        publisher_type=_short_text(raw.type) or type_in_title,
        categories=categories,
        links=_links(raw.links, base, identifier),
        claims=tuple(_claim(claim, now) for claim in raw.claims),
        # The licence of a source is set in sources.yaml; a relayed item comes from any publisher and names
        # its own.
        licence=licence_of_address(raw.licence) if relayed else source.licence,
        content_id=truncate(nfc_line(raw.content_id or ""), NAME_LIMIT) or None,
        names=_entry_names(raw, title, url, kind, now),
        translations=translations,
        notes=tuple(
            Note(
                moment=parse_moment(note.at, now=now),
                text=truncate(plain_text(note.text, True), SUMMARY_LIMIT),
            )
            for note in raw.notes[:MAX_LISTED]
        ),
        removal=build_removal(raw.removal, base, now) if raw.removal else None,
        partial=raw.partial,
        source_feed=_feed_metadata(raw.source_feed) if raw.source_feed else None,
    )


def _title(raw: RawEntry) -> str:
    return truncate(_plain(raw.title, raw.title_is_html, verbatim=raw.title_is_verbatim), TITLE_LIMIT)


def _plain(text: str | None, is_html: bool, *, verbatim: bool) -> str:
    return verbatim_text(text) if verbatim else plain_text(text, is_html)


def _id(raw: RawEntry, identifier: str) -> str:
    """The document's id. One from another instance stays as it is, even if the address has changed since."""
    own_id = nfc_line(raw.id or "") if raw.source_feed else ""
    return own_id if OUR_ID.fullmatch(own_id) else entry_id(identifier)


def _feed_metadata(metadata: FeedMetadata) -> FeedMetadata:
    """The description of a feed, cleaned and within limits."""
    return FeedMetadata(
        id=truncate(nfc_line(metadata.id or ""), SUMMARY_LIMIT) or None,
        title=truncate(plain_text(metadata.title, False), TITLE_LIMIT) or None,
        link=clean_url(metadata.link),
        updated=_short_text(metadata.updated),
        rights=truncate(plain_text(metadata.rights, False), SUMMARY_LIMIT) or None,
        language=_short_text(metadata.language),
        self_url=clean_url(metadata.self_url),
    )


def _entry_names(raw: RawEntry, title: str, url: str | None, kind: Kind, now: datetime) -> tuple[str, ...]:
    """The names of a document, with its own id and its meeting.

    By its own id a record stays the same document when it gets a page, or another one."""
    own_name = document_key(None, raw.id, kind.own_id_prefix)
    meeting = meeting_name(title, own_record=kind.written_by_us, now=now)
    spelling = spelling_name(raw.id, url)
    return (*names_from_ids(raw.id, url), *(name for name in (own_name, meeting, spelling) if name))


def stated_removal(
    source: Source, fetched_url: str, raw: RawEntry, now: datetime
) -> tuple[str, Removal] | None:
    """The key of the document that the item says was removed, and its removal; the item needs no title."""
    if raw.removal is None:
        return None
    base = absolute_url(raw.base, fetched_url) or fetched_url
    identifier = canonical_url(clean_url(absolute_url(raw.link, base)))
    return (identifier, build_removal(raw.removal, base, now)) if identifier else None


def build_removal(raw: RawRemoval, base: str, now: datetime) -> Removal:
    """The removal that a publisher states, with its date in UTC and its texts cleaned."""
    return Removal(
        kind=raw.kind,
        moment=parse_moment(raw.at, now=now),
        note=truncate(plain_text(raw.note, True), SUMMARY_LIMIT),
        to=clean_url(absolute_url(raw.to, base)),
    )


def _reject_reason(raw: RawEntry, title: str) -> str:
    if not title:
        return f"no title (link: {truncate(nfc_line(raw.link or 'none'), NAME_LIMIT)})"
    what = (
        f"link '{truncate(nfc_line(raw.link), NAME_LIMIT)}' is no http(s) address" if raw.link else "no link"
    )
    return f"{what} (title: {truncate(title, NAME_LIMIT)})"


def _category_names(categories: tuple[str, ...]) -> tuple[str, ...]:
    names = (name for text in categories[: MAX_LISTED * 4] if (name := _short_text(text)))
    return tuple(dict.fromkeys(names))[:MAX_LISTED]


def _short_text(text: str | None) -> str | None:
    """A short text of the publisher's, such as a category; None if empty."""
    return truncate(plain_text((text or "")[: NAME_LIMIT * 5], False), NAME_LIMIT) or None


def _texts(raw: RawEntry, base: str) -> tuple[str, str, str]:
    """Summary, content and text. An overlong summary is taken as the content (RSS descriptions often are)."""
    summary = _plain(raw.summary, raw.summary_is_html, verbatim=raw.summary_is_verbatim)
    markup = raw.content
    if not markup and raw.summary_is_html and len(summary) > SUMMARY_LIMIT:
        markup = raw.summary
    content = safe_html(markup, base)
    content_text = _content_text(content, raw)
    excerpt = truncate(summary, SUMMARY_LIMIT) or truncate(
        _content_text(LEADING_HEADINGS.sub("", content), raw) or content_text, EXCERPT_LIMIT
    )
    return excerpt, content, truncate(_joined_text(summary, content_text), TEXT_LIMIT)


def _content_text(content: str, raw: RawEntry) -> str:
    """The text of safe HTML; of what was plain text it is unescaped once, so that tags in it stay."""
    return text_of_safe_html(content) if raw.content_is_verbatim else plain_text(content, True)


def _joined_text(summary: str, content_text: str) -> str:
    """Summary and content in one text; once where the content begins with the summary."""
    start = summary.rstrip(ELLIPSIS).rstrip()
    if content_text.startswith(start):
        return content_text
    return f"{summary} {content_text}".strip()


def _links(raws: tuple[RawLink, ...], base: str, page: str) -> tuple[Link, ...]:
    """Attachments, sources and other forms of the document, each once, without its own page."""
    links: dict[tuple[str, str], Link] = {}
    # Bounds the work, too: an item may list a million links.
    for raw in raws[: MAX_LISTED * 4]:
        href = clean_url(absolute_url(raw.href, base))
        if (
            href
            and raw.rel in LINK_RELATIONS
            and not (raw.rel == "alternate" and canonical_url(href) == page)
        ):
            links.setdefault((raw.rel, href), _link(raw, href))
    return tuple(links.values())[:MAX_LISTED]


def _link(raw: RawLink, href: str) -> Link:
    length = (raw.length or "").strip()
    return Link(
        href=href,
        rel=raw.rel,
        type=_short_text(raw.type),
        title=_short_text(raw.title),
        length=int(length) if length.isdecimal() and len(length) < 16 else None,
    )


def _pages(
    raw: RawEntry, url: str | None, language: str, base: str
) -> tuple[str | None, tuple[Translation, ...]]:
    """The page in the language of the item's words, and its other pages."""
    others = _translations(raw.translations, base)
    own = stated_language(raw.link_language)
    in_language = next((one for one in others if one.language == language), None)
    if url and own and own != language and in_language:
        others = (*others, Translation(language=own, url=url))
        url = in_language.url
    pages = {one.language: one for one in others if canonical_url(one.url) != canonical_url(url)}
    return url, tuple(pages[name] for name in sorted(pages) if name != language)


def _translations(raws: tuple[RawLink, ...], base: str) -> tuple[Translation, ...]:
    return tuple(
        Translation(language=language, url=url, title=truncate(plain_text(raw.title, False), TITLE_LIMIT))
        for raw in raws[:MAX_LISTED]
        if (language := stated_language(_short_text(raw.language)))
        and (url := clean_url(absolute_url(raw.href, base)))
    )


def _claim(raw: RawClaim, now: datetime) -> Claim:
    return Claim(
        what=plain_text(raw.what, False),
        moment=parse_moment(raw.date, now=now),
        source=clean_url(raw.source),
        note=plain_text(raw.note, False),
    )


def licence_of_address(address: str | None) -> str:
    """The licence with this address; `unknown` for any other, so that we publish title and link only."""
    return LICENCES.get(canonical_url(address) or "", "unknown")
