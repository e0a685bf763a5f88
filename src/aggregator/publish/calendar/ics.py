"""Calendars (RFC 5545) of what closes and when people meet: one of everything and one for each body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, Event, Timezone, TimezoneDaylight, TimezoneStandard

from aggregator import VERSION
from aggregator.model import Deferred, Moment, Precision, Site, Snapshot
from aggregator.model.days import day_of
from aggregator.publish.calendar.events import Dated, dated_deadlines, dated_documents
from aggregator.publish.presentation.fingerprints import background, fingerprint
from aggregator.publish.presentation.paths import Facet, shelf_name
from aggregator.publish.presentation.rows import body_name
from aggregator.publish.presentation.text import titled

LONDON: Final = "Europe/London"


def publish_calendar(edition: Snapshot) -> Iterator[Deferred]:
    """`calendar.ics` and `bodies/ID.ics`."""
    # To add what else has a date: one more iterable of Dated here.
    return calendars(edition, [*dated_documents(edition), *dated_deadlines(edition)])


def calendars(edition: Snapshot, dated: Iterable[Dated]) -> Iterator[Deferred]:
    """The calendars of these dated things; an empty one is published, too: people have subscribed to it."""
    every = sorted(dated, key=lambda one: (one.moment.at, one.uid))
    ground, title = background(edition), edition.site.title
    for path, name, chosen in (
        ("calendar.ics", title, every),
        *(
            (
                f"{shelf_name(Facet.BODY, id)}.ics",
                f"{title}: {body_name(edition, id)}",
                [one for one in every if id in one.bodies],
            )
            for id in edition.bodies
        ),
    ):
        yield Deferred(
            path=path,
            media_type="text/calendar",
            fingerprint=fingerprint([ground, name, repr(chosen)]),
            make=partial(write_calendar, name, chosen, edition.site),
        )


def write_calendar(name: str, dated: Iterable[Dated], site: Site) -> bytes:
    """One calendar, in the order given."""
    calendar = Calendar()
    head = {
        "prodid": f"-//UK open government updates//{VERSION}//EN",
        "version": "2.0",
        "calscale": "GREGORIAN",
        "name": titled(name),  # RFC 7986, 5.1
        "x-wr-calname": titled(name),
    }
    _add(calendar, head)
    zone = site.zone
    calendar.add_component(_timezone(zone))
    for one in dated:
        calendar.add_component(_event(one, zone))
    written: bytes = calendar.to_ical()
    return written


def _timezone(zone: ZoneInfo) -> Timezone:
    """The zone's rules. London's are the Summer Time Order 2002: last Sundays, at one o'clock GMT.

    icalendar 7.3.2 works out any zone's, but has summer time begin an hour late.
    """
    if zone.key != LONDON:
        return Timezone.from_tzinfo(zone, zone.key)
    summer, winter = timedelta(hours=1), timedelta(0)
    timezone = Timezone()
    timezone.add("tzid", LONDON)
    for observance, name, start, month, before, after in (
        (TimezoneDaylight(), "BST", datetime(1981, 3, 29, 1), 3, winter, summer),  # noqa: DTZ001 -- local
        (TimezoneStandard(), "GMT", datetime(1996, 10, 27, 2), 10, summer, winter),  # noqa: DTZ001 -- local
    ):
        every_year = {"freq": "yearly", "bymonth": month, "byday": "-1su"}
        offsets = {"tzoffsetfrom": before, "tzoffsetto": after}
        _add(observance, {"dtstart": start, "rrule": every_year, "tzname": name} | offsets)
        timezone.add_component(observance)
    return timezone


def _event(one: Dated, zone: ZoneInfo) -> Event:
    start, end = _span(one.moment, zone)
    event = Event()
    known = {
        "uid": one.uid,
        # In a calendar that answers nobody this is when it was last revised (RFC 5545, 3.8.7.2).
        "dtstamp": one.changed,
        "created": one.created,
        "last-modified": one.changed,
        "sequence": one.sequence,
        "dtstart": start,
        "dtend": end,
        "summary": one.title,
        "description": one.description,
        "url": one.url,
        "categories": [one.category],
        "status": "CANCELLED" if one.cancelled else "CONFIRMED",
        "transp": "TRANSPARENT",
    }
    _add(event, {name: value for name, value in known.items() if value is not None})
    return event


def _add(component: Component, properties: Mapping[str, Any]) -> None:
    for name, value in properties.items():
        component.add(name, value)


def _span(moment: Moment, zone: ZoneInfo) -> tuple[datetime | date, date | None]:
    """The whole day in the zone, where only that is known; else the moment, which has no length."""
    if moment.precision is Precision.DAY:
        day = day_of(moment.at, zone)
        return day, day + timedelta(days=1)
    return moment.at.astimezone(zone), None
