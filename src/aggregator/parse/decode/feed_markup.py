"""Parses the markup of feeds with feedparser. The only file that imports it.

Elements with names of persons, and words about pictures and recordings, are left out while the tree is built.
"""

from __future__ import annotations

import io
import re
import xml.sax
import xml.sax.handler
import xml.sax.saxutils
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import feedparser.api
import feedparser.sgml

from aggregator.parse.decode.entities import Entities

DECLARATION: Final = "<?xml version='1.0' encoding='utf-8'?>"

# Elements with names of persons, which we never republish, and with keywords. feedparser's time on both grows
# with the square of their length.
PERSONS: Final = frozenset(
    {"author", "contributor", "creator", "keywords", "managingeditor", "owner", "publisher", "tags"}
    | {"webmaster"}
)
# Vocabularies about pictures and recordings. feedparser takes their captions for the item's own text.
MEDIA: Final = frozenset({"googleplay", "itunes", "media", "podcast"})
MEDIA_FRAMES: Final = frozenset({"category", "content", "group"})
ITEMS: Final = frozenset({"entry", "item"})
# Where one of these begins or ends, nothing that was left open before it goes on.
BOUNDARIES: Final = ITEMS | {"channel", "feed", "rdf", "rss"}

# Categories of one item that are kept. feedparser compares each with all before it.
MAX_CATEGORIES: Final = 200

# Finds the end of a tag, as feedparser's own expression does, but takes back nothing that it has matched.
# Theirs keeps 165 bytes for each character of a tag that never ends (1.65 GB for 10 MB of white space).
TAG_END: Final = re.compile(
    r"""(?:[^'"<>]++|"[^"]*+"(?=>|/|\s|\w+=)|'[^']*+'(?=>|/|\s|\w+=))*+(?=[<>])|.*?(?=[<>])"""
)
feedparser.sgml.sgmllib.endbracket.endbracket = TAG_END


@dataclass(frozen=True, slots=True)
class FeedMarkup:
    """A parsed feed, as feedparser's dictionaries."""

    # Such as `rss20` or `atom10`; empty for XML that is no feed.
    version: str
    feed: Any
    items: tuple[Any, ...]
    # Whether the feed ends inside its last item.
    is_cut_short: bool
    # Why the markup is not well-formed; None if it is.
    fault: Exception | None


def parse_markup(markup: str, entities: Entities) -> FeedMarkup:
    """Parse the markup of a feed from its root element on; what is not well-formed is read as far as it goes.

    Whatever else goes wrong inside feedparser is raised as it is.
    """
    strict = _StrictParser("", None, "utf-8")
    try:
        _parse_strictly(strict, markup, entities.document_type)
    except (xml.sax.SAXException, feedparser.UndeclaredNamespace) as fault:
        loose = _LooseParser("", None, "utf-8", entities.texts)
        _prepare(loose)
        loose.feed(markup)
        return _result(loose, strict.exc or fault)
    return _result(strict, None)


def _parse_strictly(parser: Any, markup: str, document_type: str) -> None:
    _prepare(parser)
    # Entities are declared by us alone (`Entities`), and nothing outside is loaded.
    reader = xml.sax.make_parser()  # noqa: S317
    reader.setFeature(xml.sax.handler.feature_namespaces, True)
    reader.setFeature(xml.sax.handler.feature_external_ges, False)
    reader.setContentHandler(parser)
    reader.setErrorHandler(parser)
    source = xml.sax.InputSource()
    # Everything of ours is in the first line, so that lines in error messages stay right.
    source.setByteStream(io.BytesIO(f"{DECLARATION}{document_type}\n{markup}".encode()))
    reader.parse(source)


def _prepare(parser: Any) -> None:
    parser.resolve_relative_uris = False
    parser.sanitize_html = False


def _result(parser: Any, fault: Exception | None) -> FeedMarkup:
    return FeedMarkup(
        version=parser.version,
        feed=parser.feeddata,
        items=tuple(parser.entries),
        is_cut_short=bool(parser.inentry),
        fault=fault,
    )


class _Selection:
    """Leaves out elements about persons and media, with all that is in them.

    Elements inside a text that is markup itself (XHTML) belong to the text and stay.
    """

    # The outermost element that is left out, and how many of its name are open.
    _outer: str = ""
    _open: int = 0

    def unknown_starttag(self: Any, tag: str, attrs: list[tuple[str, str]]) -> None:
        """Begin an element, unless it is left out."""
        prefix, name = self._parts(tag)
        if self._outer and name not in BOUNDARIES:
            self._open += tag == self._outer
            return
        self._outer = ""
        if not self.incontent and (name in PERSONS or (prefix in MEDIA and name not in MEDIA_FRAMES)):
            self._outer, self._open = tag, 1
            return
        super().unknown_starttag(tag, attrs)  # type: ignore[misc]

    def unknown_endtag(self: Any, tag: str) -> None:
        """End an element, unless it is left out."""
        if self._outer and self._parts(tag)[1] not in BOUNDARIES:
            self._open -= tag == self._outer
            self._outer = self._outer if self._open else ""
            return
        self._outer = ""
        super().unknown_endtag(tag)  # type: ignore[misc]

    def handle_data(self: Any, text: str, escape: int = 1) -> None:
        """Keep text, unless it is left out."""
        if not self._outer:
            super().handle_data(text, escape)  # type: ignore[misc]

    def handle_charref(self: Any, ref: str) -> None:
        """Keep a character, unless it is left out."""
        if not self._outer:
            super().handle_charref(ref)  # type: ignore[misc]

    def handle_entityref(self: Any, ref: str) -> None:
        """Keep an entity, unless it is left out."""
        if not self._outer and ref in self.known_entities:
            self.handle_data(xml.sax.saxutils.escape(self.known_entities[ref]), 0)
        elif not self._outer:
            super().handle_entityref(ref)  # type: ignore[misc]

    def _parts(self: Any, tag: str) -> tuple[str, str]:
        """The prefix as feedparser names it, and the name."""
        prefix, _, name = tag.lower().rpartition(":")
        return self.namespacemap.get(prefix, prefix), name

    def _start_title(self: Any, attrs: dict[str, str]) -> None:
        super()._start_title(attrs)  # type: ignore[misc]
        if self.incontent:
            self.contentparams["type_is_stated"] = "type" in attrs

    def _start_guid(self: Any, attrs: dict[str, str]) -> None:
        super()._start_guid(attrs)  # type: ignore[misc]
        # feedparser says so only where no link stands before it, not even an empty one.
        permalink = attrs.get("ispermalink", "true").strip().lower() != "false"
        self._get_context()["guid_is_permalink"] = permalink

    # Dublin Core repeats what the item itself says; feedparser would take whichever comes first.
    def _start_dc_title(self: Any, attrs: dict[str, str]) -> None:
        self.push("dc_title", 1)

    def _end_dc_title(self: Any) -> None:
        self.pop("dc_title")

    def _start_dc_description(self: Any, attrs: dict[str, str]) -> None:
        self.push("dc_description", 1)

    def _end_dc_description(self: Any) -> None:
        self.pop("dc_description")

    def _add_tag(self: Any, term: str | None, scheme: str | None, label: str | None) -> None:
        if len(self._get_context().get("tags", ())) < MAX_CATEGORIES:
            super()._add_tag(term, scheme, label)  # type: ignore[misc]


class _StrictParser(_Selection, feedparser.api.StrictFeedParser):  # type: ignore[misc]
    """For well-formed XML."""


class _LooseParser(_Selection, feedparser.api.LooseFeedParser):  # type: ignore[misc]
    """For anything else."""

    incontent: int

    def __init__(self, baseuri: str, baselang: None, encoding: str, entities: Mapping[str, str]) -> None:
        self.known_entities = entities
        super().__init__(baseuri, baselang, encoding, {})

    def unknown_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> None:
        """Begin an element; an item ends the text that was left open before it."""
        self._close_text(tag)
        super().unknown_starttag(tag, attrs)

    def unknown_endtag(self, tag: str) -> None:
        """End an element; the end of an item ends the text that was left open in it."""
        self._close_text(tag)
        super().unknown_endtag(tag)

    def _close_text(self, tag: str) -> None:
        if not self.incontent or self._parts(tag)[1] not in ITEMS:
            return
        while self.elementstack and self.elementstack[-1][0] not in ITEMS:
            self.pop(self.elementstack[-1][0])
        self.incontent = 0
        self.contentparams.clear()
