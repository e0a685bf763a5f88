"""Empties the columns of a table in which software counts or stamps, such as `Downloads`."""

from __future__ import annotations

import html
import re
from collections.abc import Collection
from typing import Final

from aggregator.classify.wording.typography import comparable_text
from aggregator.classify.wording.volatile import labels_volatile

# Tables of safe HTML (`normalise`) without another table in them.
_TABLE: Final = re.compile(r"<table\b(?:(?!<table\b).)*?</table>", re.DOTALL)
_ROW: Final = re.compile(r"<tr\b[^>]*>.*?</tr>", re.DOTALL)
_CELL: Final = re.compile(r"(<t[dh]\b[^>]*>)(.*?)(</t[dh]>)", re.DOTALL)
_TAG: Final = re.compile(r"<[^>]*>")


def without_counting_columns(markup: str) -> str:
    """Return safe HTML without the numbers, dates and ages in such columns; the first row names them."""
    return _TABLE.sub(lambda table: _emptied(table[0]), markup) if "<table" in markup else markup


def _emptied(table: str) -> str:
    first = _ROW.search(table)
    if first is None or "span=" in table:
        return table
    labels = [_text(cell[2]) for cell in _CELL.finditer(first[0])]
    rest = _ROW.sub(lambda row: _row(row[0], labels), table[first.end() :])
    return table[: first.end()] + rest


def _row(row: str, labels: Collection[str]) -> str:
    names = iter(labels)

    def cell(found: re.Match[str]) -> str:
        value = _text(found[2])
        return found[1] + ("" if labels_volatile(next(names, ""), value) else found[2]) + found[3]

    return _CELL.sub(cell, row)


def _text(markup: str) -> str:
    return comparable_text(html.unescape(_TAG.sub(" ", markup)))
