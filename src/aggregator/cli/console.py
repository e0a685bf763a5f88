"""Prints text, tables and JSON on standard output, and errors and progress bars on standard error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as ProgressBar
from rich.table import Table

from aggregator.services.inbox.queues import fault_text
from aggregator.services.polling import PollOutcome, Progress
from aggregator.store import Store

# Rich would break long lines, colour numbers and turn `:smile:` in a title into a picture.
OUT: Final = Console(highlight=False, soft_wrap=True, emoji=False)
ERR: Final = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def print_text(text: str) -> None:
    """Print a line."""
    # Titles come from publishers: without markup=False a "[red]" in one would change the output.
    OUT.print(text, markup=False)


def print_error(text: str) -> None:
    """Print a line on standard error."""
    ERR.print(text, markup=False)


def print_json(value: Any) -> None:
    """Print a value as JSON, without colours."""
    OUT.print(json.dumps(value, ensure_ascii=False, indent=2), markup=False)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table that is as wide as the terminal."""
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    # OUT wraps softly, which would break the columns.
    Console(highlight=False, emoji=False).print(table)


def print_rows(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print rows as a table of `columns`, or with all their keys as JSON."""
    if as_json:
        print_json(rows)
    else:
        print_table(columns, [[_cell(row[column]) for column in columns] for row in rows])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, (list, tuple)) else str(value)


@contextmanager
def exit_if_set_aside(store: Store) -> Iterator[None]:
    """End the command with exit code 1 if a part is set aside inside the `with`, and name it."""
    known = set(store.faults.all())
    yield
    if faults := [fault for fault in store.faults.all() if fault not in known]:
        for fault in faults:
            print_error(fault_text(fault))
        raise typer.Exit(1)


@contextmanager
def counting_progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar while the caller reports how many are done of how many; nothing unless in a terminal."""
    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn())
    with ProgressBar(*columns, console=ERR, transient=True, disable=not ERR.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def polling_progress(total: int) -> Iterator[Progress]:
    """Show a bar that moves with each polled source; nothing unless in a terminal."""
    columns = (TextColumn("polling"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with ProgressBar(*columns, console=ERR, transient=True, disable=not ERR.is_terminal) as bar:
        task = bar.add_task("", total=total)

        def advance(outcome: PollOutcome) -> None:
            bar.update(task, advance=1, description=outcome.source)

        yield advance
