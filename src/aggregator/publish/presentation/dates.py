"""Formats dates for people: in the site's time zone, and only as precisely as they are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Document, Moment, Precision
from aggregator.model.days import MONTHS, day_in_words, day_of, first_day

# Not from `strftime`, which follows the machine's locale: a snapshot must give the same bytes everywhere.
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormattedDate:
    """A date as text for people, and as the `datetime` attribute of an HTML `time` element."""

    text: str
    machine_readable: str


def document_day(document: Document, zone: ZoneInfo) -> date:
    """The day of a document: its own, or without one the day on which we first saw it."""
    return first_day(document.dated, zone) if document.dated else day_of(document.first_seen, zone)


def format_day(day: date) -> FormattedDate:
    """`5 June 2026`."""
    return FormattedDate(text=day_in_words(day), machine_readable=day.isoformat())


def format_weekday(day: date) -> FormattedDate:
    """`Friday 5 June 2026`."""
    return FormattedDate(
        text=f"{_WEEKDAYS[day.weekday()]} {format_day(day).text}", machine_readable=day.isoformat()
    )


def format_instant(instant: datetime, zone: ZoneInfo) -> FormattedDate:
    """`5 June 2026, 13:00`."""
    local = instant.astimezone(zone)
    text = f"{format_day(local.date()).text}, {local:%H:%M}"
    return FormattedDate(text=text, machine_readable=local.isoformat(timespec="minutes"))


def undated_text(first_seen: datetime, zone: ZoneInfo) -> str:
    """What is said in place of a date where the publisher gives none: our first sight is not its date."""
    return f"no date; first seen {day_in_words(day_of(first_seen, zone))} (it may be older)"


def format_time(moment: Moment, zone: ZoneInfo) -> FormattedDate | None:
    """`13:00`; None for a moment that is not known to the minute."""
    if not moment.has_time:
        return None
    local = moment.at.astimezone(zone)
    return FormattedDate(text=f"{local:%H:%M}", machine_readable=local.isoformat(timespec="minutes"))


def format_moment(moment: Moment, zone: ZoneInfo) -> FormattedDate:
    """Format a moment at its own precision: `5 June 2026, 13:00`, `5 June 2026`, `June 2026` or `2026`."""
    if moment.has_time:
        return format_instant(moment.at, zone)
    day = moment.day
    if moment.precision is Precision.DAY:
        return format_day(day)
    if moment.precision is Precision.MONTH:
        return FormattedDate(text=f"{MONTHS[day.month - 1]} {day.year}", machine_readable=f"{day:%Y-%m}")
    return FormattedDate(text=str(day.year), machine_readable=f"{day:%Y}")
