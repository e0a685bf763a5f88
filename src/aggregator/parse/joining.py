"""Joins what several answers of one poll tell of one item: a line of a list, and the item's own page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace

from aggregator.model import RawEntry

ALWAYS = ("where", "link")
"""Which item it is stays as the first answer said it."""

FORMS = {"title": "title_is_html", "summary": "summary_is_html"}
"""A text and what says how it is written go together."""


def join(entries: Iterable[RawEntry]) -> tuple[RawEntry, ...]:
    """Items with the same link become one: what a later one fills in wins over what an earlier one said.

    An item without a link stands for itself. The joined item is partial only if all its tellings are.
    """
    joined: dict[object, RawEntry] = {}
    for number, entry in enumerate(entries):
        name = entry.link or number
        joined[name] = _over(joined[name], entry) if name in joined else entry
    return tuple(joined.values())


def _over(first: RawEntry, later: RawEntry) -> RawEntry:
    told = {field.name: getattr(later, field.name) for field in fields(later) if field.name not in ALWAYS}
    filled = {name: value for name, value in told.items() if value not in (None, (), "")}
    for text, flag in FORMS.items():
        if text not in filled:
            filled.pop(flag)
    return replace(first, **{**filled, "partial": first.partial and later.partial})
