"""Makes addresses absolute, free of trackers, and comparable; only http and https are addresses here."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, quote, unquote_plus, urlsplit, urlunsplit

from aggregator.values.web_addresses import join_address, normalise_escapes

LONGEST: Final = 4_096

TRACKERS: Final = re.compile(
    r"utm_.*|mtm_.*|pk_.*|piwik_.*|hsa_.*|mc_[ce]id|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid"
    r"|twclid|ttclid|igshid|igsh|li_fat_id|mkt_tok|vero_id|oly_(?:anon|enc)_id|_hsenc|_hsmi|_ga|_gl|wt\.mc_id",
    re.IGNORECASE,
)
"""Query parameters that say where a reader came from and never which document is meant."""

REVISION: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)", re.IGNORECASE)
"""GOV.UK's organisation feeds put the moment of an update behind `#` (alphagov/collections, 2026-08)."""

DOUBLED: Final = re.compile(r"https?://[\w.-]*(?=https?://)", re.IGNORECASE)
"""GOV.UK joins its own host to every link, also to a whole one (`https://www.gov.ukhttps://…`)."""

UNSAFE: Final = re.compile(
    r"[\x00-\x20\"<>\\^`{|}\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufffe\uffff"
    r"\ud800-\udfff]|\s"
)
"""What breaks out of an attribute, cannot stand in XML, or is not seen by a reader."""

NUMBERED: Final = (
    # Discourse: the number is the topic, the slug follows its title, a further number is a reply.
    (re.compile(r"(https://(?:discuss|forum|community)\.[^/]+/t/)(?:[^/]+/)?(\d+)(?:/\d+)?"), r"\1\2"),
    # Glasgow's site (GOSS iCM): one article number, several slugs, and an older form of address.
    (re.compile(r"(https://glasgow\.gov\.uk/)article/(\d+)(?:/.*)?"), r"\1article/\2"),
    (re.compile(r"(https://glasgow\.gov\.uk/)index\.aspx\?articleid=(\d+)", re.IGNORECASE), r"\1article/\2"),
)
"""Sites whose addresses hold a number that stays and words that do not (facts of 2026-11)."""

SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
STRAY_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
HOST: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]")


def absolute_url(href: str | None, base: str | None) -> str | None:
    """`href` as seen from `base`, otherwise as it was written; None when that is no http(s) address."""
    text = _tidy(href or "")
    joined = text if SCHEME.match(text) else join_address(_tidy(base or ""), text)
    return joined if text and _split(joined) else None


def clean_url(url: str | None) -> str | None:
    """The address to publish: as the publisher writes it, without trackers, passwords and unsafe characters.

    None when it is no absolute http(s) address. Cleaning twice is cleaning once.
    """
    parts = _split(url)
    if not parts:
        return None
    query = "&".join(_without_trackers(parts.query))
    fragment = "" if REVISION.fullmatch(parts.fragment) else parts.fragment
    netloc = parts.netloc.rpartition("@")[2]
    url = urlunsplit((parts.scheme, netloc, parts.path, query, fragment))
    return UNSAFE.sub(lambda unsafe: quote(unsafe[0], safe="", errors="replace"), url)


def canonical_url(url: str | None) -> str | None:
    """The key of a document's page; two addresses of one page give the same. None as for `clean`.

    https, host in small letters without `www.`, no usual port, no trailing slash, no trackers, the query in
    sorted order, percent-encoding and dot segments as RFC 3986, 6.2.2 has them. The fragment goes, since it
    names a place in a document or a revision, except after `#!` and `#/`, where scripts keep whole documents.
    """
    parts = _split(url)
    if not parts:
        return None
    path = _percent(_without_dots(_percent(parts.path))).rstrip("/") or "/"
    query = "&".join(sorted(_percent(pair.replace("+", "%20")) for pair in _without_trackers(parts.query)))
    fragment = _percent(parts.fragment) if parts.fragment.startswith(("!", "/")) else ""
    return _without_slug(urlunsplit(("https", _canonical_host(parts), path, query, fragment)))


def _without_slug(url: str) -> str:
    for form, kept in NUMBERED:
        if match := form.fullmatch(url):
            return match.expand(kept)
    return url


def _tidy(text: str) -> str:
    """As browsers read an address (WHATWG URL): no line breaks in it, no space around it, `\\` for `/`."""
    text = re.sub(r"[\t\n\r]", "", text[: LONGEST + 1].replace("&amp;", "&"))
    text = DOUBLED.sub("", text.strip("".join(map(chr, range(0x21)))), count=1)
    before, mark, after = text.partition("?")
    return before.replace("\\", "/") + mark + after


def _split(url: str | None) -> SplitResult | None:
    text = _tidy(url or "")
    if not text or len(text) > LONGEST:
        return None
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and HOST.fullmatch(_host(parts)) and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def _host(parts: SplitResult) -> str:
    """The host in small letters and ASCII (RFC 3490). Raises ValueError for what can be none."""
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        return f"[{host}]"
    return host.encode("idna").decode("ascii") if 0 < len(host) < 254 else ""


def _canonical_host(parts: SplitResult) -> str:
    host = _host(parts)
    without = host.removeprefix("www.")
    name = without if "." in without else host
    return name if parts.port in {None, 80, 443} else f"{name}:{parts.port}"


def _without_trackers(query: str) -> list[str]:
    pairs = (pair for pair in query.split("&") if pair)
    return [pair for pair in pairs if not TRACKERS.fullmatch(unquote_plus(pair.partition("=")[0]))]


def _percent(text: str) -> str:
    """Percent-encoding in one form: capitals, and only where it is needed (RFC 3986, 6.2.2.1 and 6.2.2.2)."""
    known = normalise_escapes(STRAY_PERCENT.sub("%25", text))
    return quote(known, safe="%/:@!$&'()*+,;=~?", errors="replace")


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[max(len(kept) - 1, 1) :]
        elif segment != ".":
            kept.append(segment)
    return "/".join(kept)
