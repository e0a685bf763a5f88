"""The parts of an Atom entry that feedgen 1.0.0 loses: links with their attributes, the source, languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from feedgen.util import xml_elem

from aggregator.model import Link
from aggregator.publish.origins import Origin

_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_OURS: Final = "en-GB"
"""The language of the words that we add to an entry of any language."""


class EntryParts:
    """What feedgen calls when it has written an entry; set the fields before that.

    feedgen calls its extensions by method name, so this inherits from nothing: its base class has no types.
    Elements carry bare names, as feedgen's own do: the default namespace of the feed is Atom.
    """

    def __init__(self) -> None:
        self.links: tuple[tuple[Link, str | None], ...] = ()
        """Every link but the plain alternate, each with the language of its target if it is known."""
        self.origin: Origin | None = None
        self.language = _OURS

    def extend_ns(self) -> Mapping[str, str]:
        """No namespace beside Atom's own."""
        return {}

    def extend_atom(self, entry: Any) -> Any:
        """Add to the entry's element what feedgen cannot write."""
        entry.set(_LANGUAGE, self.language)
        for ours in entry.iterchildren("category", "rights"):
            ours.set(_LANGUAGE, _OURS)
        for link, language in self.links:
            _add_link(entry, link, language)
        if self.origin:
            _add_source(entry, self.origin)
        return entry


def _add_link(parent: Any, link: Link, language: str | None = None) -> None:
    length = None if link.length is None else str(link.length)
    stated = {"type": link.type, "hreflang": language, "title": link.title, "length": length}
    known = {name: value for name, value in stated.items() if value}
    xml_elem("link", parent, rel=link.rel, href=link.href, **known)


def _add_source(entry: Any, origin: Origin) -> None:
    source = xml_elem("source", entry)
    source.set(_LANGUAGE, origin.language)
    updated = origin.updated.isoformat() if origin.updated else None
    stated = {"id": origin.id, "title": origin.title, "updated": updated, "rights": origin.rights}
    for name, text in stated.items():
        if text:
            xml_elem(name, source).text = text
    _add_link(source, Link(href=origin.address, rel="self"))
    if origin.page:
        _add_link(source, Link(href=origin.page, rel="alternate", type="text/html"))
