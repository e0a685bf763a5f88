"""Writes calendars (RFC 5545): one of all events, and one for each body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, Event, Timezone, TimezoneDaylight, TimezoneStandard

from aggregator import VERSION
from aggregator.model import DeferredArtifact, Moment, Precision, Site, Snapshot
from aggregator.publish.calendar.events import CalendarEvent, deadline_events, document_events
from aggregator.publish.presentation.fingerprints import common_fingerprint, fingerprint_of
from aggregator.publish.presentation.paths import Facet, facet_file_stem
from aggregator.publish.presentation.rows import body_name
from aggregator.publish.presentation.text import clean_title

LONDON: Final = "Europe/London"


def publish_calendar(snapshot: Snapshot) -> Iterator[DeferredArtifact]:
    """`calendar.ics` and `bodies/ID.ics`."""
    # To add another kind of event, add an iterable of CalendarEvent here.
    return calendar_files(snapshot, [*document_events(snapshot), *deadline_events(snapshot)])


def calendar_files(snapshot: Snapshot, events: Iterable[CalendarEvent]) -> Iterator[DeferredArtifact]:
    """The calendars of these events."""
    # Empty ones are published, too: people have subscribed to them.
    sorted_events = sorted(events, key=lambda event: (event.moment.at, event.uid))
    common, title = common_fingerprint(snapshot), snapshot.site.title
    for path, name, calendar_events in (
        ("calendar.ics", title, sorted_events),
        *(
            (
                f"{facet_file_stem(Facet.BODY, id)}.ics",
                f"{title}: {body_name(snapshot, id)}",
                [event for event in sorted_events if id in event.bodies],
            )
            for id in snapshot.bodies
        ),
    ):
        yield DeferredArtifact(
            path=path,
            media_type="text/calendar",
            fingerprint=fingerprint_of([common, name, repr(calendar_events)]),
            make=partial(write_calendar, name, calendar_events, snapshot.site),
        )


def write_calendar(name: str, events: Iterable[CalendarEvent], site: Site) -> bytes:
    """A calendar with these events, in this order."""
    calendar = Calendar()
    properties = {
        "prodid": f"-//UK open government updates//{VERSION}//EN",
        "version": "2.0",
        "calscale": "GREGORIAN",
        "name": clean_title(name),  # RFC 7986, 5.1
        "x-wr-calname": clean_title(name),
    }
    _add_properties(calendar, properties)
    zone = site.timezone
    calendar.add_component(_timezone(zone))
    for event in events:
        calendar.add_component(_ics_event(event, zone))
    payload: bytes = calendar.to_ical()
    return payload


def _timezone(zone: ZoneInfo) -> Timezone:
    """The rules of a time zone."""
    # icalendar 7.3.2 works them out for any zone, but lets summer time begin an hour late. So London's are
    # given here, from the Summer Time Order 2002: last Sundays of March and October, at one o'clock GMT.
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
        _add_properties(observance, {"dtstart": start, "rrule": every_year, "tzname": name} | offsets)
        timezone.add_component(observance)
    return timezone


def _ics_event(event: CalendarEvent, zone: ZoneInfo) -> Event:
    start, end = _start_and_end(event.moment, zone)
    component = Event()
    properties = {
        "uid": event.uid,
        # Without a METHOD property this is when the event was last revised (RFC 5545, 3.8.7.2).
        "dtstamp": event.updated,
        "created": event.created,
        "last-modified": event.updated,
        "sequence": event.sequence,
        "dtstart": start,
        "dtend": end,
        "summary": event.title,
        "description": event.description,
        "url": event.url,
        "categories": [event.category],
        "status": "CANCELLED" if event.cancelled else "CONFIRMED",
        "transp": "TRANSPARENT",  # a deadline must not block anybody's day
    }
    _add_properties(component, {name: value for name, value in properties.items() if value is not None})
    return component


def _add_properties(component: Component, properties: Mapping[str, Any]) -> None:
    for name, value in properties.items():
        component.add(name, value)


def _start_and_end(moment: Moment, zone: ZoneInfo) -> tuple[datetime | date, date | None]:
    """The whole day if only the day is known, else the moment, without an end."""
    if moment.precision is Precision.DAY:
        return moment.day, moment.day + timedelta(days=1)
    return moment.at.astimezone(zone), None
