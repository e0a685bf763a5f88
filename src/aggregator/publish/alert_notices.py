"""The feed of an alert rule: each time that it found something, as an item of its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from functools import partial
from html import escape
from typing import Final

from aggregator.model import Edition, Link
from aggregator.model.alerts import Alert, Why
from aggregator.publish.addresses import id_page, web
from aggregator.publish.history import Event
from aggregator.publish.items import OURS, Category, Item, Target
from aggregator.publish.lines import body_name
from aggregator.publish.origins import Origins
from aggregator.publish.words import line, named, tag, titled

FOLDER: Final = "alerts"

HEADS: Final = {
    Why.NEW: "",
    Why.CHANGED: "Changed: ",
    Why.REMOVED: "Removed: ",
    Why.CLOSING: "Closing soon: ",
    Why.CORRECTION: "Correction: ",
}


def alert_events(told: Iterable[Alert]) -> Iterator[Event]:
    """What a rule found. An occasion keeps its id; the words go when the document is retracted."""
    for alert in told:
        name = f"{alert.entry}#alert {alert.rule} {alert.occasion.key}"
        id = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"
        yield Event(
            id=id, at=alert.found, updated=alert.found, about=repr(alert), make=partial(_told, id, alert)
        )


def _told(id: str, alert: Alert, edition: Edition, origins: Origins) -> Item:
    occasion, official = alert.occasion, web(alert.url)
    page = web(alert.page) or edition.site.base_url + id_page(alert.entry)
    changed = f"Changed: {', '.join(occasion.parts)}." if occasion.parts else ""
    summary = line(" ".join(part for part in (changed, occasion.note, alert.sentence) if part), longest=6000)
    return Item(
        id=id,
        title=titled(HEADS[occasion.why] + alert.title),
        url=page,
        updated=alert.found,
        published=alert.found,
        language=OURS if occasion.why is not Why.NEW else tag(alert.language),
        summary=summary,
        content=f"<p>{escape(summary)}</p>" if summary else "",
        categories=(
            Category(kind="body", term=line(alert.body), label=body_name(edition, alert.body)),
            Category(kind="type", term=line(alert.type), label=named(alert.type, edition.types)),
        ),
        links=(Target(link=Link(href=official, rel="via")),) if official else (),
    )
