"""A digest in words: every line of the letter, so that its templates have nothing left to decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aggregator.deliver.foot import Foot
from aggregator.deliver.sections import update_type
from aggregator.deliver.wording import (
    LONGEST_SENTENCE,
    LONGEST_TITLE,
    plain,
    say_changes,
    say_closing,
    say_count,
    say_day,
    say_instant,
    say_language,
    say_moment,
    say_removal,
)
from aggregator.model import Body, Digest, DigestItem, Section, Site, Translation


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
    """Language tag of title and sentence; empty for the letter's own English."""
    language: str
    link: str
    """http(s), or empty: no other scheme is ever made a link."""
    about: str
    sentence: str
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
    imprint: str
    """What this site is, who runs it if they say so, and whose words these are."""
    contact: str
    contact_link: str
    postal: str
    permanent: str
    all_updates: str
    foot: Foot


def say(digest: Digest, site: Site, bodies: Mapping[str, Body], at_most: int, foot: Foot) -> LetterLines:
    """The letter's lines, with at most `at_most` entries in each list; what is left out is counted."""
    start, end = (say_instant(instant, site.zone) for instant in (digest.window.start, digest.window.end))
    monday = say_day(digest.window.start.astimezone(ZoneInfo(site.zone)))
    return LetterLines(
        site=plain(site.title, LONGEST_TITLE),
        title=f"Letter of the week of {monday}",
        span=f"{start} to {end}",
        count=say_count(digest.count, "update", "updates"),
        draft="" if digest.issued else _say_draft(digest, site.zone),
        sections=tuple(_say_section(section, digest, site, bodies, at_most) for section in digest.sections),
        empty="" if digest.count else _say_empty(digest),
        silence=tuple(plain(told, LONGEST_TITLE) for told in digest.silence),
        unread=tuple(plain(name, LONGEST_TITLE) for name in digest.unread[:at_most]),
        unread_more=_say_more(len(digest.unread) - at_most),
        imprint=_say_imprint(plain(site.operator)),
        contact=plain(site.contact),
        contact_link=_contact_link(plain(site.contact)),
        postal=plain(site.postal),
        permanent=f"{site.base_url}digests/{digest.week}.html",
        all_updates=site.base_url,
        foot=foot,
    )


def _say_section(
    section: Section, digest: Digest, site: Site, bodies: Mapping[str, Body], at_most: int
) -> SectionLines:
    shown = section.items[:at_most]
    return SectionLines(
        heading=section.title,
        items=tuple(_say_item(item, digest, site.zone, bodies) for item in shown),
        more=_say_more(len(section.items) - at_most),
    )


def _say_item(item: DigestItem, digest: Digest, zone: str, bodies: Mapping[str, Body]) -> ItemLines:
    body = bodies[item.body].name if item.body in bodies else item.body
    title = plain(item.title, LONGEST_TITLE)
    return ItemLines(
        title=title,
        lang="" if item.language.partition("-")[0].lower() == "en" else plain(item.language),
        language=say_language(item.language),
        link=_web_link(item.url),
        about=plain(f"{body} · {update_type(item.type).words}", LONGEST_TITLE),
        sentence="" if item.summary == title else plain(item.summary, LONGEST_SENTENCE),
        changed=plain(say_changes(item.changed)),
        removed=plain(say_removal(item.removed, zone), LONGEST_SENTENCE) if item.removed else "",
        others=tuple(_say_other(other) for other in item.translations if _web_link(other.url)),
        closing=say_closing(item.closes, digest.window.end, zone) if item.closes else "",
        dates=_say_dates(item, zone),
    )


def _say_other(other: Translation) -> OtherLines:
    words = say_language(other.language) or f"in the language {plain(other.language)}"
    title = plain(other.title, LONGEST_TITLE)
    return OtherLines(
        title=f"{title} ({words})" if title else f"{words[0].upper()}{words[1:]}",
        lang=plain(other.language),
        link=_web_link(other.url),
    )


def _say_dates(item: DigestItem, zone: str) -> str:
    own = f"Dated {say_moment(item.dated, zone)}" if item.dated else "No date given by the publisher"
    return f"{own} · first seen {say_day(item.first_seen.astimezone(ZoneInfo(zone)))}"


def _say_draft(digest: Digest, zone: str) -> str:
    end = digest.window.end.astimezone(ZoneInfo(zone))
    return f"Draft: this week closes on {end:%A} {say_day(end)} at {end:%H:%M}."


def _say_empty(digest: Digest) -> str:
    when = "in this week" if digest.issued else "so far in this week"
    gap = " Some could not be read: they are named below." if digest.unread else ""
    return f"Nothing about open government was new or had changed {when} in the sources that we read.{gap}"


def _say_more(left_out: int) -> str:
    return f"and {left_out} more" if left_out > 0 else ""


def _say_imprint(operator: str) -> str:
    run = f" It is run by {operator}." if operator else ""
    words = "Titles and sentences are the publishers' own; those of public bodies are mostly public sector"
    return f"This is not an official site.{run} {words} information under the Open Government Licence v3.0."


def _web_link(url: str) -> str:
    whole = url == plain(url) and " " not in url
    return url if whole and url.startswith(("https://", "http://")) else ""


def _contact_link(contact: str) -> str:
    """A web address as it is, a mail address as `mailto:`, anything else as no link."""
    is_mail = "@" in contact and " " not in contact and ":" not in contact
    return f"mailto:{quote(contact, safe='@+')}" if is_mail else _web_link(contact)
