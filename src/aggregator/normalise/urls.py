"""Makes addresses absolute, removes trackers, and brings them into a canonical form; http and https only."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from unicodedata import normalize
from urllib.parse import SplitResult, quote, unquote, unquote_plus, urlsplit, urlunsplit

from aggregator.normalise.trackers import FORMER_PATTERN, LIKELY_TRACKERS, TRACKING_PARAMETERS
from aggregator.values.web_addresses import join_address, normalise_escapes

MAX_URL_CHARS: Final = 4_096

# GOV.UK's organisation feeds put the time of an update behind `#` (alphagov/collections, 2026-08).
REVISION_FRAGMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)", re.IGNORECASE)

# GOV.UK puts its own host before every link, even an absolute one (`https://www.gov.ukhttps://…`).
DOUBLED_HOST: Final = re.compile(r"https?://[\w.-]*(?=https?://)", re.IGNORECASE)

# Characters that break out of an attribute, are not allowed in XML, or are invisible.
UNSAFE_CHARACTERS: Final = re.compile(
    r"[\x00-\x20\"<>\\^`{|}\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufffe\uffff"
    r"\ud800-\udfff]|\s"
)

# Sites whose addresses contain a number that stays and words that do not (checked 2026-11).
NUMBERED_PAGES: Final = (
    # Discourse: the number is the topic, the slug follows its title, a further number is a reply.
    (re.compile(r"(https://(?:discuss|forum|community)\.[^/]+/t/)(?:[^/]+/)?(\d+)(?:/\d+)?"), r"\1\2"),
    # Alaveteli, such as WhatDoTheyKnow: each event of a request is a link of its own to the request.
    (re.compile(r"(https://[^/]+/request/[^/?]+)\?nocache=[^&]*"), r"\1"),
    # Glasgow's site (GOSS iCM): one article number, several slugs, and an older form of address.
    (re.compile(r"(https://glasgow\.gov\.uk/)article/(\d+)(?:/.*)?"), r"\1article/\2"),
    (re.compile(r"(https://glasgow\.gov\.uk/)index\.aspx\?articleid=(\d+)", re.IGNORECASE), r"\1article/\2"),
)

# The file that a server shows for a folder.
INDEX_PAGE: Final = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
STRAY_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
HOST: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]")


def absolute_url(href: str | None, base: str | None) -> str | None:
    """`href` as an absolute address, relative to `base`; None if it is no http(s) address."""
    text = _trim(href or "")
    joined = text if SCHEME.match(text) else join_address(_trim(base or ""), text)
    return joined if text and _split_http(joined) else None


def clean_url(url: str | None) -> str | None:
    """The address to publish: as the publisher wrote it, without trackers, passwords and unsafe characters.

    None if it is no absolute http(s) address. Cleaning a clean address changes nothing.
    """
    parts = _split_http(url)
    if not parts:
        return None
    query = "&".join(_without_trackers(parts.query))
    fragment = "" if REVISION_FRAGMENT.fullmatch(parts.fragment) else parts.fragment
    netloc = parts.netloc.rpartition("@")[2]
    url = urlunsplit((parts.scheme, netloc, parts.path, query, fragment))
    return UNSAFE_CHARACTERS.sub(lambda character: quote(character[0], safe="", errors="replace"), url)


def canonical_url(url: str | None) -> str | None:
    """The key of a document's page, the same for all addresses of one page; None as for `clean_url`.

    https, host in lower case without `www.`, no default port, no trailing slash, no trackers, query
    parameters sorted, percent-encoding and dot segments normalised (RFC 3986, 6.2.2). The fragment goes,
    since it names a place in a document or a revision; except after `#!` and `#/`, where scripts show whole
    documents.
    """
    return _canonical(url, _is_tracker)


def former_canonical_url(url: str | None) -> str | None:
    """The key that a page had while whole families of parameters (`pk_…`) counted as trackers.

    A document that was stored then is found by it. None if the key is the same as today's.
    """
    former = _canonical(url, lambda name: bool(FORMER_PATTERN.fullmatch(name)))
    return former if former != canonical_url(url) else None


def spelling_of(url: str | None) -> str | None:
    """What the usual spellings of one address have in common; two pages may have it in common, too.

    Without doubled slashes, `index.html`, empty parameters and those that most often are trackers, in lower
    case, and with letters and their accents in one character (NFC). It only counts together with the
    publisher's id.
    """
    parts = _split_http(canonical_url(url))
    if not parts:
        return None
    written = normalize("NFC", unquote(parts.path))
    path = INDEX_PAGE.sub("", re.sub("/{2,}", "/", written)).rstrip("/") or "/"
    pairs = [pair.partition("=") for pair in parts.query.split("&")]
    query = "&".join(f"{n}={v}" for n, _, v in pairs if v and not LIKELY_TRACKERS.fullmatch(n.lower()))
    return urlunsplit((parts.scheme, parts.netloc, path, query, parts.fragment)).lower()


def has_page_number(url: str | None) -> bool:
    """Whether the address is of a site whose addresses contain a number that names the page."""
    return _canonical(url, _is_tracker, keep_slug=True) != canonical_url(url)


def _canonical(url: str | None, is_tracker: Callable[[str], bool], *, keep_slug: bool = False) -> str | None:
    parts = _split_http(url)
    if not parts:
        return None
    path = _normalise_escapes(_remove_dot_segments(_normalise_escapes(parts.path))).rstrip("/") or "/"
    pairs = _without_trackers(parts.query, is_tracker)
    query = "&".join(sorted(_normalise_escapes(pair.replace("+", "%20")) for pair in pairs))
    fragment = _normalise_escapes(parts.fragment) if parts.fragment.startswith(("!", "/")) else ""
    whole = urlunsplit(("https", _canonical_host(parts), path, query, fragment))
    return whole if keep_slug else _without_slug(whole)


def _without_slug(url: str) -> str:
    for pattern, canonical_form in NUMBERED_PAGES:
        if match := pattern.fullmatch(url):
            return match.expand(canonical_form)
    return url


def _trim(text: str) -> str:
    """As browsers read an address (WHATWG URL): without line breaks and outer space, `/` for `\\`."""
    text = re.sub(r"[\t\n\r]", "", text[: MAX_URL_CHARS + 1].replace("&amp;", "&"))
    text = DOUBLED_HOST.sub("", text.strip("".join(map(chr, range(0x21)))), count=1)
    before, question_mark, after = text.partition("?")
    return before.replace("\\", "/") + question_mark + after


def _split_http(url: str | None) -> SplitResult | None:
    text = _trim(url or "")
    if not text or len(text) > MAX_URL_CHARS:
        return None
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and HOST.fullmatch(_host(parts)) and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def _host(parts: SplitResult) -> str:
    """The host in lower case and ASCII (RFC 3490). Raises ValueError for an impossible one."""
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        return f"[{host}]"
    return host.encode("idna").decode("ascii") if 0 < len(host) < 254 else ""


def _canonical_host(parts: SplitResult) -> str:
    host = _host(parts)
    without = host.removeprefix("www.")
    # `www.` is part of the name where nothing but a top-level domain would be left.
    name = without if "." in without else host
    return name if parts.port in {None, 80, 443} else f"{name}:{parts.port}"


def _is_tracker(name: str) -> bool:
    return name in TRACKING_PARAMETERS


def _without_trackers(query: str, is_tracker: Callable[[str], bool] = _is_tracker) -> list[str]:
    """The pairs of a query that are no trackers. `is_tracker` gets names in lower case."""
    pairs = (pair for pair in query.split("&") if pair)
    return [pair for pair in pairs if not is_tracker(unquote_plus(pair.partition("=")[0]).lower())]


def _normalise_escapes(text: str) -> str:
    """Percent-encoding in upper case, and only where needed (RFC 3986, 6.2.2.1 and 6.2.2.2)."""
    escaped = normalise_escapes(STRAY_PERCENT.sub("%25", text))
    return quote(escaped, safe="%/:@!$&'()*+,;=~?", errors="replace")


def _remove_dot_segments(path: str) -> str:
    """The path without `.` and `..` (RFC 3986, 5.2.4)."""
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[max(len(segments) - 1, 1) :]
        elif segment != ".":
            segments.append(segment)
    return "/".join(segments)
