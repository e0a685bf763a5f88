"""A digest in words: every line of the letter, so that its templates have nothing left to decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aggregator.deliver.digest.footer import Footer
from aggregator.deliver.digest.formatting import (
    LONGEST_SENTENCE,
    LONGEST_TITLE,
    say_changes,
    say_closing,
    say_contents,
    say_instant,
    say_language,
    say_moment,
    say_removal,
)
from aggregator.deliver.digest.headings import Heading, update_type
from aggregator.model import Body, Digest, DigestItem, Frequency, Section, Site, Titles, Translation
from aggregator.model.days import in_words
from aggregator.values.text import one_line

SPANS: Mapping[Frequency, str] = {Frequency.WEEKLY: "week", Frequency.DAILY: "day"}
IN_SPAN: Mapping[Frequency, str] = {Frequency.WEEKLY: "in this week", Frequency.DAILY: "on this day"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherLines:
    """An update in another language: its title, or the language where no title is known."""

    title: str
    lang: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLines:
    """One update; an empty line is left out."""

    title: str
    lang: str
    """Language tag of the title; empty for the letter's own English."""
    language: str
    link: str
    """The official page: http(s), or empty, since no other scheme is ever made a link."""
    record: str
    """Our permanent page of it; empty where that is the official one."""
    about: str
    sentence: str
    sentence_lang: str
    changed: str
    removed: str
    closing: str
    others: tuple[OtherLines, ...]
    """The same document in other languages."""
    dates: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionLines:
    """A heading, the updates shown under it, and a line for those that are not."""

    heading: str
    items: tuple[ItemLines, ...]
    more: str
    more_link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterLines:
    """The whole letter in words."""

    site: str
    title: str
    span: str
    count: str
    draft: str
    sections: tuple[SectionLines, ...]
    empty: str
    silence: tuple[str, ...]
    unread: tuple[str, ...]
    unread_more: str
    unread_why: str
    imprint: str
    """What this site is, who runs it if they say so, and whose words these are."""
    contact: str
    contact_link: str
    postal: str
    permanent: str
    view: str
    """Where a mail can be seen in a browser; empty on the page itself."""
    all_updates: str
    foot: Footer


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """How a letter is said: by whom, and how much of it."""

    site: Site
    bodies: Mapping[str, Body]
    titles: Titles
    at_most: int
    """Entries of each list; what is left out is counted."""
    page: bool
    """Whether it is the page that holds what a mail leaves out."""


def say(digest: Digest, how: Saying, foot: Footer) -> LetterLines:
    """The letter's lines."""
    site, at_most = how.site, how.at_most
    start, end = (say_instant(instant, site.zone) for instant in (digest.window.start, digest.window.end))
    return LetterLines(
        site=one_line(site.title, LONGEST_TITLE),
        title=_say_title(digest, site.zone),
        span=f"{start} to {end}",
        count=say_contents(digest),
        draft="" if digest.issued else _say_draft(digest, site.zone),
        sections=tuple(_say_section(section, digest, how) for section in digest.sections),
        empty="" if digest.count else _say_empty(digest),
        silence=tuple(one_line(told, LONGEST_TITLE) for told in digest.silence),
        unread=tuple(one_line(name, LONGEST_TITLE) for name in digest.unread[:at_most]),
        unread_more=_say_more(len(digest.unread) - at_most),
        unread_why=_say_unread(digest),
        imprint=_say_imprint(one_line(site.operator)),
        contact=one_line(site.contact),
        contact_link=_contact_link(one_line(site.contact)),
        postal=one_line(site.postal),
        permanent=_permanent(digest, site),
        view="" if how.page else _permanent(digest, site),
        all_updates=site.base_url,
        foot=foot,
    )


def _say_section(section: Section, digest: Digest, how: Saying) -> SectionLines:
    return SectionLines(
        heading=section.title,
        items=tuple(_say_item(item, digest, how) for item in _most_worthy(section, how.at_most)),
        more=_say_more(len(section.items) - how.at_most),
        more_link=how.site.base_url if how.page else _permanent(digest, how.site),
    )


def _most_worthy(section: Section, at_most: int) -> tuple[DigestItem, ...]:
    """At most so many of a section's updates, in the section's own order.

    What closes soonest stays. Elsewhere what more speaks for its relevance, then what was seen later: it is
    what a reader is least likely to have found by themselves.
    """
    if section.title == Heading.CLOSING or len(section.items) <= at_most:
        return section.items[:at_most]
    places = range(len(section.items))
    best = sorted(places, key=lambda place: _worth(section.items[place], place))[:at_most]
    return tuple(section.items[place] for place in sorted(best))


def _worth(item: DigestItem, place: int) -> tuple[int, float, int]:
    return (-item.score, -item.first_seen.timestamp(), place)


def _say_item(item: DigestItem, digest: Digest, how: Saying) -> ItemLines:
    body, zone = how.bodies[item.body].name if item.body in how.bodies else item.body, how.site.zone
    first, *others = _versions(item, how.titles)
    title, record = (
        one_line(first.title, LONGEST_TITLE),
        f"{how.site.base_url}{item.page}" if item.page else "",
    )
    return ItemLines(
        title=title,
        lang=_tag(first.language),
        language=say_language(first.language),
        link=_web_link(first.url),
        record="" if record == first.url else record,
        about=one_line(f"{body} · {update_type(item.type).words}", LONGEST_TITLE),
        sentence="" if item.summary == item.title else one_line(item.summary, LONGEST_SENTENCE),
        sentence_lang=_tag(item.language),
        changed=one_line(say_changes(item.changed)),
        removed=one_line(say_removal(item.removed, zone), LONGEST_SENTENCE) if item.removed else "",
        others=tuple(_say_other(other) for other in others),
        closing=_say_closing(item, digest.window.end, zone),
        dates=_say_dates(item, zone),
    )


def _say_closing(item: DigestItem, at: datetime, zone: ZoneInfo) -> str:
    if item.closes is None:
        return ""
    return f"{say_closing(item.closes, at, zone)}{' · a reminder' if item.reminder else ''}"


def _versions(item: DigestItem, titles: Titles) -> list[Translation]:
    """The document in each language that is linked; first the wanted one, if its title is known."""
    own = Translation(language=item.language, url=item.url, title=item.title)
    known = [own, *(other for other in item.translations if _web_link(other.url))]
    wanted = next((one for one in known if one.title and _language(one.language) == titles), own)
    return [wanted, *(one for one in known if one is not wanted)]


def _language(tag: str) -> str:
    return tag.partition("-")[0].lower()


def _tag(language: str) -> str:
    return "" if _language(language) == "en" else one_line(language)


def _say_other(other: Translation) -> OtherLines:
    unnamed = (
        "in English" if _language(other.language) == "en" else f"in the language {one_line(other.language)}"
    )
    words = say_language(other.language) or unnamed
    title = one_line(other.title, LONGEST_TITLE)
    return OtherLines(
        title=f"{title} ({words})" if title else f"{words[0].upper()}{words[1:]}",
        lang=_tag(other.language),
        link=_web_link(other.url),
    )


def _say_dates(item: DigestItem, zone: ZoneInfo) -> str:
    own = f"Dated {say_moment(item.dated, zone)}" if item.dated else "No date given by the publisher"
    return f"{own} · first seen {in_words(item.first_seen.astimezone(zone))}"


def _say_title(digest: Digest, zone: ZoneInfo) -> str:
    first = digest.window.start.astimezone(zone)
    if digest.rhythm is Frequency.DAILY:
        return f"Letter of {first:%A} {in_words(first)}"
    return f"Letter of the week of {in_words(first)}"


def _permanent(digest: Digest, site: Site) -> str:
    return f"{site.base_url}digests/{digest.week}.html"


def _say_draft(digest: Digest, zone: ZoneInfo) -> str:
    end = digest.window.end.astimezone(zone)
    return f"Draft: this {SPANS[digest.rhythm]} closes on {end:%A} {in_words(end)} at {end:%H:%M}."


def _say_empty(digest: Digest) -> str:
    when = f"{'' if digest.issued else 'so far '}{IN_SPAN[digest.rhythm]}"
    gap = " Some could not be read: they are named below." if digest.unread else ""
    return f"Nothing about open government was new or had changed {when} in the sources that we read.{gap}"


def _say_unread(digest: Digest) -> str:
    when = f"when they were last asked {IN_SPAN[digest.rhythm]}"
    return f"These sources could not be read {when}. That is a gap of ours, not silence of theirs."


def _say_more(left_out: int) -> str:
    return f"and {left_out} more" if left_out > 0 else ""


def _say_imprint(operator: str) -> str:
    run = f" It is run by {operator}." if operator else ""
    words = "Titles and sentences are the publishers' own; those of public bodies are mostly public sector"
    return f"This is not an official site.{run} {words} information under the Open Government Licence v3.0."


def _web_link(url: str) -> str:
    whole = url == one_line(url) and " " not in url
    return url if whole and url.startswith(("https://", "http://")) else ""


def _contact_link(contact: str) -> str:
    """A web address as it is, a mail address as `mailto:`, anything else as no link."""
    is_mail = "@" in contact and " " not in contact and ":" not in contact
    return f"mailto:{quote(contact, safe='@+')}" if is_mail else _web_link(contact)
