"""Makes feeds and sitemaps in every dialect that the program reads, and damages them."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from typing import Final

from aggregator.model import SCHEME
from tests.fuzz.writer import ADDRESSES, Writer, encoded

Attributes = dict[str, str]

NAMESPACES: Final = (
    'xmlns="http://www.w3.org/2005/Atom"', 'xmlns:content="http://purl.org/rss/1.0/modules/content/"',
    'xmlns:dc="http://purl.org/dc/elements/1.1/"', 'xmlns:media="http://search.yahoo.com/mrss/"',
    'xmlns:georss="http://www.georss.org/georss"', 'xmlns:gml="http://www.opengis.net/gml"',
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"',
    'xmlns:psc="http://podlove.org/simple-chapters"', 'xmlns:cc="http://web.resource.org/cc/"',
    'xmlns:thr="http://purl.org/syndication/thread/1.0"', 'xmlns:atom="http://www.w3.org/2005/Atom"',
    'xmlns:fh="http://purl.org/syndication/history/1.0"', 'xmlns:x=""', 'xmlns:xml="x"', 'xmlns="http://["',
    'xmlns:content="\x00"', 'xmlns="http://purl.org/atom/ns#"',
)  # fmt: skip
# Elements that feedparser interprets and we do not read: each has code of its own that may raise.
OTHERS: Final = (
    ("georss:point", "1.0 2.0"), ("georss:line", "1 2 3 4"), ("georss:polygon", "1 2 3 4 5 6"),
    ("georss:box", "1 2 3 4"), ("gml:pos", "1 2"), ("gml:posList", "1 2 3 4"), ("where", "x"),
    ("itunes:duration", "1:02:03"), ("itunes:image", ""), ("media:content", "x"), ("media:thumbnail", "x"),
    ("media:rating", "x"), ("media:credit", "A"), ("media:license", "x"),
    ("media:group", "<media:content url='x'/>"), ("media:player", "x"), ("psc:chapter", ""),
    ("psc:chapters", "x"), ("cc:license", "http://x"), ("cloud", "x"), ("ttl", "60"), ("textInput", "x"),
    ("image", "<url>x</url>"), ("author", "a@b (A)"), ("dc:creator", "A"), ("dc:date", "2026-06-05"),
    ("slash:comments", "1"), ("comments", "x"), ("source", "S"), ("enclosure", ""), ("thr:in-reply-to", ""),
    ("expirationDate", "x"), ("skipHours", "<hour>1</hour>"), ("itunes:explicit", "yes"),
    ("contributor", "<name>A</name>"), ("generator", "x"), ("info", "x"), ("tagline", "x"),
    ("created", "x"), ("issued", "2026"), ("modified", "2026"), ("copyright", "x"), ("xhtml:body", "x"),
    ("fullitem", "x"), ("prodlink", "x"), ("body", "x"), ("l:link", "x"), ("media:keywords", "a,b"),
    ("item", "x"), ("entry", "x"),
)  # fmt: skip
MARKUP: Final = (
    "<p>Words on <b>open</b> government.</p>", "Plain words", "&lt;p&gt;Escaped &amp;amp; again&lt;/p&gt;",
    "<![CDATA[<p>x</p>]]>", "<div xmlns='http://www.w3.org/1999/xhtml'><p>x</p></div>",
    "<a href='/rel'>x</a><img src='a.png'/>", "<table><tr><td>1</td></tr></table>",
)  # fmt: skip
INSTANCE: Final = "https://updates.example.net/"


def make_feed(writer: Writer) -> bytes:
    """Return a feed."""
    kinds: Sequence[Callable[[Writer], str]] = (_rss, _rss, _atom, _atom, _rdf)
    text = writer.pick(kinds)(writer)
    declared = writer.text(
        "utf-8", "utf-8", "iso-8859-1", "windows-1252", "utf-16", "x-none", "idna", "utf-7"
    )
    declaration = writer.pick(
        ("", f"<?xml version='1.0' encoding='{declared}'?>\n", "<!DOCTYPE rss>\n", " \n")
    )
    return writer.damaged(encoded(declaration + text))


def make_sitemap(writer: Writer) -> bytes:
    """Return a sitemap or an index of sitemaps."""
    name, child = writer.pick((("urlset", "url"), ("sitemapindex", "sitemap")))
    items = "".join(_element(writer, child, _sitemap_item(writer)) for _ in range(writer.number(5)))
    space = writer.text("http://www.sitemaps.org/schemas/sitemap/0.9")
    payload = writer.damaged(encoded(_element(writer, name, items, {"xmlns": space})))
    return writer.damaged(gzip.compress(payload, 1, mtime=0)) if writer.chance(0.15) else payload


def _sitemap_item(writer: Writer) -> str:
    loc = writer.address(
        "https://www.example.gov.uk/publications/open-data_plan.html", "https://x.org/publications/%41"
    )
    return _element(writer, "loc", loc) + _element(
        writer, "lastmod", writer.date("2026-06-05", "2026-06-05T12:00:00+01:00")
    )


def _element(writer: Writer, name: str, content: str, attributes: Attributes | None = None) -> str:
    damaged = writer.chance(writer.rate / 2)
    shown = "".join(f' {key}="{value}"' for key, value in (attributes or {}).items())
    if not damaged:
        return f"<{name}{shown}>{content}</{name}>"
    forms = (
        f"<{name}{shown}>{content}",
        f"{content}</{name}>",
        f"<{name}{shown}>{content}</{name}>" * 2,
        f"<{name}{shown}><{name}>{content}</{name}></{name}>",
        f"<{name}{shown}/>{content}",
        f"<{name}{shown}><![CDATA[{content}]]></{name}>",
        f"<{name}{shown}><![CDATA[{content}</{name}>",
        f"<{name}{shown}>{content}</other></{name}>",
        f"<x:{name}{shown}>{content}</x:{name}>",
        f"<{name.upper()}{shown}>{content}</{name}>",
        f"<{name}{''.join(f' a{n}={n}' for n in range(writer.pick((3, 60))))}{shown}>{content}</{name}>",
        f"<{name} {writer.hostile(shown, ADDRESSES)}>{content}</{name}>",
        f"<{name}{shown}>{writer.hostile(content, ADDRESSES)}</{name}>",
        f"<{name}{shown}>{content.replace('<', '&lt;')}</{name}>",
        f"<{name}{shown}>{'<' + name + '>'}{content}" * 5,
        "",
    )
    return writer.pick(forms)


def _spaces(writer: Writer) -> str:
    return (
        " ".join(writer.random.sample(NAMESPACES[:12], writer.number(12)))
        + " "
        + (writer.pick(NAMESPACES) if writer.chance(0.1) else "")
    )


def _others(writer: Writer) -> str:
    found = writer.random.sample(OTHERS, writer.pick((0, 0, 1, 2, 5)))
    return "".join(_element(writer, name, writer.text(text), _attributes(writer)) for name, text in found)


def _attributes(writer: Writer) -> Attributes:
    known = {
        "url": writer.address("https://x.org/a.mp3"),
        "href": writer.address("/a", "https://x.org/"),
        "length": writer.text("12", "-1", "1e9", "\u0661"),
        "type": writer.text(
            "text/html",
            "html",
            "xhtml",
            "text",
            "application/pdf",
            "base64",
            "application/octet-stream",
            "multipart/x",
        ),
        "mode": writer.text("escaped", "base64", "xml"),
        "xml:base": writer.address("https://x.org/b/"),
        "xml:lang": writer.text("en", "cy", "x-\u00e9"),
        "rel": writer.text("alternate", "self", "enclosure", "via", "license", "next", "hub"),
        "start": writer.text("00:01", "1.5"),
        "srsName": writer.text("urn:ogc:def:crs:EPSG::4326"),
        "srsDimension": writer.text("2", "3", "0"),
        "isPermaLink": writer.text("true", "false"),
        "domain": writer.text("x"),
        "term": writer.text("open", "topic:open-data", "relevance"),
        "scheme": writer.address("https://x.org/s", INSTANCE),
        "label": writer.text("L"),
        "scheme ": "x",
        "ref": writer.text("x"),
        "lang": "gd",
        "src": writer.address("https://x.org/c"),
        "version": writer.text("2.0"),
    }
    return {key: known[key] for key in writer.random.sample(sorted(known), writer.number(5))}


def _rss(writer: Writer) -> str:
    items = "".join(_element(writer, "item", _rss_item(writer)) for _ in range(writer.number(4)))
    head = _element(writer, "title", writer.text("News &amp; views")) + _element(
        writer, "link", writer.address("https://www.example.org/")
    )
    head += _element(writer, "language", writer.text("en-GB", "cy")) + _element(
        writer, "lastBuildDate", writer.date("Fri, 5 Jun 2026 12:00:00 GMT")
    )
    channel = _element(writer, "channel", head + _others(writer) + items)
    spaces, version = _spaces(writer), writer.text("2.0", "0.91", "0.92")
    return f"<rss {spaces} version='{version}'>{channel}{writer.text('</rss>')}"


def _rss_item(writer: Writer) -> str:
    parts = (
        _element(
            writer,
            "title",
            writer.text(
                "Open government action plan", "Policy paper: A plan", "Written statement: x", *MARKUP
            ),
        ),
        _element(
            writer,
            "link",
            writer.address(
                "https://www.gov.uk/a",
                "/rel",
                "https://forum.example.org/t/a-topic/12/1",
                "https://discuss.x.org/t/12",
            ),
        ),
        _element(
            writer,
            "guid",
            writer.address(
                "https://www.gov.uk/a#2026-06-05T12:00:00Z",
                "forum.example.org-topic-12",
                "urn:uuid:00000000-0000-0000-0000-000000000000",
            ),
            {"isPermaLink": writer.text("false", "true")},
        ),
        _element(writer, "description", writer.text(*MARKUP)),
        _element(writer, "content:encoded", writer.text(*MARKUP)),
        _element(
            writer, "pubDate", writer.date("Fri, 05 Jun 2026 12:00:00 +0100", "5 June 2026", "05/06/2026")
        ),
        _element(
            writer,
            "category",
            writer.text("Policy paper", "News"),
            {"domain": writer.address("https://x.org/")},
        ),
        _element(writer, "enclosure", "", _attributes(writer)),
        _others(writer),
    )
    return "".join(part for part in parts if not writer.chance(writer.rate))


def _atom(writer: Writer) -> str:
    entries = "".join(_element(writer, "entry", _atom_entry(writer)) for _ in range(writer.number(4)))
    own = writer.chance(0.3)
    head = _element(writer, "id", writer.address("tag:x,2026:1")) + _element(
        writer, "title", writer.text("Feed"), _attributes(writer)
    )
    head += _element(writer, "updated", writer.date("2026-06-05T12:00:00Z")) + _element(
        writer, "generator", "Open government updates" if own else "x", {"uri": INSTANCE}
    )
    head += _element(
        writer,
        "link",
        "",
        {
            "rel": writer.text("self", "next", "prev-archive"),
            "href": writer.address("https://x.org/feed?page=2"),
        },
    )
    base = writer.address("https://www.example.org/base/")
    space = writer.text("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#")
    spaces, version = _spaces(writer).replace("xmlns=", "xmlns:y="), writer.text("0.3")
    attributes = f'xmlns="{space}" {spaces} xml:base="{base}" version="{version}"'
    return f"<feed {attributes}>{head}{_others(writer)}{entries}</feed>"


def _atom_entry(writer: Writer) -> str:
    parts = (
        _element(
            writer,
            "title",
            writer.text("A <b>plan</b>", "Agenda", *MARKUP),
            {"type": writer.text("text", "html", "xhtml")},
        ),
        _element(
            writer,
            "id",
            writer.address("tag:www.gov.uk,2005:/a", "urn:uuid:00000000-0000-0000-0000-000000000000"),
        ),
        _element(
            writer, "link", "", {"href": writer.address("https://www.gov.uk/a", "a/b"), **_attributes(writer)}
        ),
        _element(writer, "link", "", _attributes(writer)),
        _element(writer, "updated", writer.date("2026-06-05T12:00:00+01:00", "2026-06-05")),
        _element(writer, "published", writer.date("2026-06-01T12:00:00Z")),
        _element(writer, "summary", writer.text(*MARKUP), {"type": writer.text("html", "text", "xhtml")}),
        _element(writer, "content", writer.text(*MARKUP), _attributes(writer)),
        _element(writer, "category", "", _label(writer)),
        _element(writer, "category", "", _label(writer)),
        _element(
            writer,
            "source",
            _element(writer, "id", writer.address("tag:s"))
            + _element(writer, "title", writer.text("S"))
            + _element(writer, "link", "", _attributes(writer)),
        )
        if writer.chance(0.3)
        else "",
        _others(writer),
    )
    return "".join(part for part in parts if not writer.chance(writer.rate))


def _label(writer: Writer) -> Attributes:
    """A category; some as another instance of this program labels what it republishes."""
    scheme = SCHEME + writer.pick(("body", "topic", "status", "type", "plan", ""))
    return {
        "term": writer.text("open-data", "missing", "news", "cabinet-office"),
        "scheme": writer.address(scheme, "https://x.org/"),
        "label": writer.text("L"),
    }


def _rdf(writer: Writer) -> str:
    items = "".join(
        f'<item rdf:about="{writer.address("https://x.org/1")}">{_rss_item(writer)}</item>'
        for _ in range(writer.number(3))
    )
    channel = _element(writer, "channel", _element(writer, "title", writer.text("R")) + _others(writer))
    spaces = _spaces(writer).replace("xmlns=", "xmlns:y=")
    own = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    return f"<rdf:RDF {own} {spaces}>{channel}{items}</rdf:RDF>"
