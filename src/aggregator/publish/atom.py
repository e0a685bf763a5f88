"""The feeds as Atom (RFC 4287), written by feedgen and its extension `EntryParts`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from feedgen.feed import FeedGenerator

from aggregator import VERSION
from aggregator.model import Artifact, Body, Edition, Entry, Holding, Link, Site
from aggregator.publish.addresses import permanent, web
from aggregator.publish.atom_extension import EntryParts
from aggregator.publish.feeds import Feed, feed_id, feeds
from aggregator.publish.licences import licence
from aggregator.publish.lines import body_name
from aggregator.publish.origins import Origin, origins
from aggregator.publish.words import clean, line, named, titled

SCHEME: Final = "urn:uuid:a4847917-e06a-51ab-aa04-9bb1dd89064f#"
"""Stands before `body`, `type` and `topic` in a category's scheme. Every instance uses the same ones,
whatever its address, so that feeds of several instances can be read together."""

_RIGHTS: Final = "Each item states its own licence. Words of our own: CC0 1.0."


def publish_atom(edition: Edition) -> Iterator[Artifact]:
    """One Atom document for each feed."""
    known = origins(edition)
    for feed in feeds(edition):
        path = f"{feed.name}.atom"
        written = _head(feed, path, edition)
        for holding in feed.holdings:
            # feedgen puts each entry before the last one unless it is told otherwise.
            _fill(written.add_entry(order="append"), holding, edition, known.get(holding.entry.source))
        yield Artifact(path=path, media_type="application/atom+xml", payload=written.atom_str(pretty=True))


def _head(feed: Feed, path: str, edition: Edition) -> Any:
    site, written = edition.site, FeedGenerator()
    written.id(feed_id(site, path))
    written.title(titled(feed.title))
    written.subtitle(line(feed.subtitle))
    written.language("en-GB")
    written.link(href=site.base_url, rel="alternate", type="text/html")
    written.link(href=site.base_url + path, rel="self", type="application/atom+xml")
    written.author(_operator(site))
    written.rights(_RIGHTS)
    written.generator("UK open government updates", version=VERSION)
    written.updated(feed.updated(edition))  # feedgen would say now
    return written


def _operator(site: Site) -> dict[str, str]:
    person = {"name": line(site.operator) or titled(site.title)}
    if "@" in site.contact:
        person["email"] = line(site.contact)
    elif address := web(site.contact):
        person["uri"] = address
    return person


def _fill(written: Any, holding: Holding, edition: Edition, origin: Origin | None) -> None:
    entry = holding.entry
    written.id(entry.id)
    written.title(titled(entry.title))
    written.updated(holding.updated)
    if entry.published:
        written.published(entry.published.at)
    written.link(href=permanent(edition.site, entry))
    written.category(_categories(holding, edition))
    written.rights(licence(entry.licence).rights)
    _credit(written, entry, edition.bodies)
    _add_text(written, entry)
    _add_parts(written, entry, origin)


def _credit(written: Any, entry: Entry, bodies: Mapping[str, Body]) -> None:
    """The author is the body that published the document; of a record it is the feed's, since we wrote it."""
    body = bodies.get(entry.body)
    if body and entry.licence != "own":
        written.author({"name": line(body.name), "uri": web(body.url)})


def _add_text(written: Any, entry: Entry) -> None:
    """Summary and content, if the licence lets us republish the publisher's words."""
    if not licence(entry.licence).open:
        return
    if summary := line(entry.summary, longest=5000):
        written.summary(summary, type="text")
    if content := clean(entry.content).strip():
        written.content(content, type="html")


def _categories(holding: Holding, edition: Edition) -> list[dict[str, str]]:
    body, labels = holding.entry.body, holding.labels
    about = [
        ("body", body, body_name(edition, body)),
        ("type", labels.type, named(labels.type, edition.types)),
    ]
    about += [("topic", topic, named(topic, {})) for topic in labels.topics]
    return [{"scheme": SCHEME + kind, "term": line(id), "label": label} for kind, id, label in about]


def _add_parts(written: Any, entry: Entry, origin: Origin | None) -> None:
    written.register_extension("parts", EntryParts, rss=False)
    written.parts.language = line(entry.language)
    written.parts.origin = origin
    written.parts.links = tuple(_links(entry))


def _links(entry: Entry) -> Iterator[tuple[Link, str | None]]:
    """The official record (`via`), the licence (RFC 4946), then what belongs to the document; each once."""
    official, terms = web(entry.url), licence(entry.licence).url
    links = [Link(href=official, rel="via")] if official else []
    links += [Link(href=cited, rel="via") for claim in entry.claims if (cited := web(claim.source))]
    links += [Link(href=terms, rel="license")] if terms else []
    links += [_attached(link, href) for link in entry.links if (href := web(link.href))]
    once: dict[tuple[str, str], Link] = {}
    for link in links:
        once.setdefault((link.rel, link.href), link)
    for link in once.values():
        yield link, line(entry.language) if link.href == official else None


def _attached(link: Link, href: str) -> Link:
    """A link as it may stand in an entry, which may hold one alternate only (RFC 4287, 4.1.2)."""
    return Link(
        href=href,
        rel=link.rel if link.rel in {"enclosure", "via"} else "related",
        type=line(link.type or "") or None,
        title=line(link.title or "") or None,
        length=link.length,
    )
