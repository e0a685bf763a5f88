"""Turns a digest into the texts that its templates show, so that the templates decide nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aggregator.deliver.digest.footer import Footer
from aggregator.deliver.digest.formatting import (
    MAX_SENTENCE_LENGTH,
    MAX_TITLE_LENGTH,
    changes_text,
    closing_text,
    contents_text,
    instant_text,
    language_text,
    moment_text,
    removal_text,
)
from aggregator.deliver.digest.headings import Heading, update_type
from aggregator.model import Body, Digest, DigestItem, Frequency, Section, Site, TitleLanguage, Translation
from aggregator.model.days import day_in_words
from aggregator.values.languages import is_english, primary_language
from aggregator.values.text import one_line

PERIOD_NOUNS: Mapping[Frequency, str] = {Frequency.WEEKLY: "week", Frequency.DAILY: "day"}
IN_PERIOD: Mapping[Frequency, str] = {Frequency.WEEKLY: "in this week", Frequency.DAILY: "on this day"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationView:
    """A translation of a document: its title, or its language where no title is known."""

    title: str
    lang: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One update. The templates leave out what is empty."""

    title: str
    # Language tag of the title; empty for English, the digest's own language.
    lang: str
    # Such as `in Welsh`; empty for English.
    language_note: str
    # The publisher's page: http(s), or empty, since no other scheme may become a link.
    link: str
    # Our page of the document; empty where `link` is that page already.
    permanent_link: str
    body_and_type: str
    summary: str
    summary_lang: str
    changes: str
    removal: str
    closing: str
    translations: tuple[TranslationView, ...]
    dates: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """A heading, the updates shown under it, and a count of those that are not shown."""

    heading: str
    items: tuple[ItemView, ...]
    more: str
    more_link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestView:
    """Everything that a digest says, as text."""

    site: str
    title: str
    period: str
    contents: str
    draft_note: str
    sections: tuple[SectionView, ...]
    empty_note: str
    silence: tuple[str, ...]
    # Names of the sources that could not be read.
    unreadable: tuple[str, ...]
    unreadable_more: str
    unreadable_note: str
    # What this site is, who runs it, and whose words the titles and summaries are.
    imprint: str
    contact: str
    contact_link: str
    postal_address: str
    # The digest on our site.
    digest_link: str
    # Where a mail can be viewed in a browser; empty on the page itself.
    browser_link: str
    site_link: str
    footer: Footer


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewOptions:
    """For which site and in which language order a digest is shown, and how much of it."""

    site: Site
    bodies: Mapping[str, Body]
    titles: TitleLanguage
    # How many updates of each section are shown; the others are counted.
    max_items: int
    # Whether this is the page on the site, to which the mail links for what it leaves out.
    is_page: bool


def build_view(digest: Digest, options: ViewOptions, footer: Footer) -> DigestView:
    """The texts of a digest, for its templates."""
    site, max_items = options.site, options.max_items
    start, end = (
        instant_text(instant, site.timezone) for instant in (digest.window.start, digest.window.end)
    )
    return DigestView(
        site=one_line(site.title, MAX_TITLE_LENGTH),
        title=_title_text(digest, site.timezone),
        period=f"{start} to {end}",
        contents=contents_text(digest),
        draft_note="" if digest.issued_at else _draft_text(digest, site.timezone),
        sections=tuple(_section_view(section, digest, options) for section in digest.sections),
        empty_note="" if digest.item_count else _empty_text(digest),
        silence=tuple(one_line(sentence, MAX_TITLE_LENGTH) for sentence in digest.silences),
        unreadable=tuple(one_line(name, MAX_TITLE_LENGTH) for name in digest.unread_sources[:max_items]),
        unreadable_more=_more_text(len(digest.unread_sources) - max_items),
        unreadable_note=_unreadable_text(digest),
        imprint=_imprint_text(one_line(site.operator)),
        contact=one_line(site.contact),
        contact_link=_contact_link(one_line(site.contact)),
        postal_address=one_line(site.postal_address),
        digest_link=_digest_link(digest, site),
        browser_link="" if options.is_page else _digest_link(digest, site),
        site_link=site.base_url,
        footer=footer,
    )


def _section_view(section: Section, digest: Digest, options: ViewOptions) -> SectionView:
    return SectionView(
        heading=section.title,
        items=tuple(
            _item_view(item, digest, options) for item in _most_important(section, options.max_items)
        ),
        more=_more_text(len(section.items) - options.max_items),
        more_link=options.site.base_url if options.is_page else _digest_link(digest, options.site),
    )


def _most_important(section: Section, max_items: int) -> tuple[DigestItem, ...]:
    """At most `max_items` of a section's updates, in the section's own order.

    Under "Closing soon" the first ones are shown: they close soonest. Elsewhere those with the highest
    relevance score; of equal ones those that we saw later, since subscribers are less likely to know them.
    """
    if section.title == Heading.CLOSING or len(section.items) <= max_items:
        return section.items[:max_items]
    # Score, then time, then position: all are fixed when the digest is issued, so that anybody can check the
    # choice, and it never changes (decision 5).
    positions = range(len(section.items))
    best = sorted(positions, key=lambda n: _importance_key(section.items[n], n))[:max_items]
    return tuple(section.items[n] for n in sorted(best))


def _importance_key(item: DigestItem, position: int) -> tuple[int, float, int]:
    return (-item.score, -item.first_seen.timestamp(), position)


def _item_view(item: DigestItem, digest: Digest, options: ViewOptions) -> ItemView:
    body, zone = (
        options.bodies[item.body].name if item.body in options.bodies else item.body,
        options.site.timezone,
    )
    # Everything from a publisher goes through `one_line`, which takes out control characters and cuts.
    first, *others = _language_versions(item, options.titles)
    our_page = f"{options.site.base_url}{item.page}" if item.page else ""
    return ItemView(
        title=one_line(first.title, MAX_TITLE_LENGTH),
        lang=_lang_attribute(first.language),
        language_note=language_text(first.language),
        link=_web_link(first.url),
        permanent_link="" if our_page == first.url else our_page,
        body_and_type=one_line(f"{body} · {update_type(item.type).label}", MAX_TITLE_LENGTH),
        summary="" if item.summary == item.title else one_line(item.summary, MAX_SENTENCE_LENGTH),
        summary_lang=_lang_attribute(item.language),
        changes=one_line(changes_text(item.changed)),
        removal=one_line(removal_text(item.removal, zone), MAX_SENTENCE_LENGTH) if item.removal else "",
        translations=tuple(_translation_view(other) for other in others),
        closing=_closing_text(item, digest.window.end, zone),
        dates=_dates_text(item, zone),
    )


def _closing_text(item: DigestItem, at: datetime, zone: ZoneInfo) -> str:
    if item.closes is None:
        return ""
    return f"{closing_text(item.closes, at, zone)}{' · a reminder' if item.reminder else ''}"


def _language_versions(item: DigestItem, preferred: TitleLanguage) -> list[Translation]:
    """The document in each language that has a link; first the preferred one, if its title is known."""
    own = Translation(language=item.language, url=item.url, title=item.title)
    versions = [own, *(other for other in item.translations if _web_link(other.url))]
    first = next((one for one in versions if one.title and primary_language(one.language) == preferred), own)
    return [first, *(one for one in versions if one is not first)]


def _lang_attribute(language: str) -> str:
    return "" if is_english(language) else one_line(language)


def _translation_view(other: Translation) -> TranslationView:
    language = language_text(other.language) or "in English"
    title = one_line(other.title, MAX_TITLE_LENGTH)
    return TranslationView(
        title=f"{title} ({language})" if title else f"{language[0].upper()}{language[1:]}",
        lang=_lang_attribute(other.language),
        link=_web_link(other.url),
    )


def _dates_text(item: DigestItem, zone: ZoneInfo) -> str:
    own = f"Dated {moment_text(item.dated, zone)}" if item.dated else "No date given by the publisher"
    return f"{own} · first seen {day_in_words(item.first_seen.astimezone(zone))}"


def _title_text(digest: Digest, zone: ZoneInfo) -> str:
    first = digest.window.start.astimezone(zone)
    if digest.frequency is Frequency.DAILY:
        return f"Letter of {first:%A} {day_in_words(first)}"
    return f"Letter of the week of {day_in_words(first)}"


def _digest_link(digest: Digest, site: Site) -> str:
    return f"{site.base_url}digests/{digest.period}.html"


def _draft_text(digest: Digest, zone: ZoneInfo) -> str:
    end = digest.window.end.astimezone(zone)
    return (
        f"Draft: this {PERIOD_NOUNS[digest.frequency]} closes on {end:%A} {day_in_words(end)} at {end:%H:%M}."
    )


def _empty_text(digest: Digest) -> str:
    when = f"{'' if digest.issued_at else 'so far '}{IN_PERIOD[digest.frequency]}"
    note = " Some could not be read: they are named below." if digest.unread_sources else ""
    return f"Nothing about open government was new or had changed {when} in the sources that we read.{note}"


def _unreadable_text(digest: Digest) -> str:
    when = f"when they were last asked {IN_PERIOD[digest.frequency]}"
    return f"These sources could not be read {when}. That is a gap of ours, not silence of theirs."


def _more_text(left_out: int) -> str:
    return f"and {left_out} more" if left_out > 0 else ""


def _imprint_text(operator: str) -> str:
    run_by = f" It is run by {operator}." if operator else ""
    rights = "Titles and sentences are the publishers' own; those of public bodies are mostly public sector"
    return (
        f"This is not an official site.{run_by} {rights} information under the Open Government Licence v3.0."
    )


def _web_link(url: str) -> str:
    # A publisher's address is untrusted: no line break, no space, and no scheme such as javascript:.
    is_one_word = url == one_line(url) and " " not in url
    return url if is_one_word and url.startswith(("https://", "http://")) else ""


def _contact_link(contact: str) -> str:
    """A web address as it is, a mail address as `mailto:`, anything else as no link."""
    # The operator may write anything; only what is clearly an address becomes a link.
    is_mail = "@" in contact and " " not in contact and ":" not in contact
    return f"mailto:{quote(contact, safe='@+')}" if is_mail else _web_link(contact)
