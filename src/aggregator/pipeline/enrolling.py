"""Takes readers in and lets them go: addresses checked, each once, and none that must not be written to."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from aggregator.deliver.addresses import checked, fingerprint
from aggregator.deliver.outbox import clear
from aggregator.errors import ConfigError, Mistake
from aggregator.model import Choices, Footing, Reader, Rhythm, Titles
from aggregator.store import Store

NOBODY = Mistake(
    "reader", 0, "nobody is known by this id or address; `aggregator subscribers list` shows ids"
)

COLUMNS = (
    "address",
    "standing",
    "since",
    "bodies",
    "topics",
    "types",
    "when_empty",
    "rhythm",
    "titles",
    "is_list",
    "leave",
    "only_alerts",
)


def new_id() -> str:
    """A reader's id: random, since it stands in letters and logs."""
    return secrets.token_hex(8)


@dataclass(frozen=True)
class Enrolment:
    """The readers of one store, as the operator takes them in. `key` is that of hashes and links."""

    store: Store
    key: bytes
    outbox: Path
    """The folder of letters that did not leave: who is erased is erased there, too."""
    make_id: Callable[[], str] = new_id

    def add(self, address: str, now: datetime, choices: Choices, *, is_list: bool, leave: str) -> Reader:
        """Take in a reader who asked the operator for letters; who had left reads again.

        Choices that say something replace those of a reader who is known.
        Raises ConfigError for an address that is none, or that must not be written to.
        """
        where = checked_or_refused(address)
        self._refuse_shunned(where)
        reader = Reader(
            id=self.make_id(),
            address=where,
            standing=Footing.READING,
            since=now,
            choices=choices,
            is_list=is_list,
            leave=leave,
        )
        self.store.readers.add([reader])
        kept = self.found(where)
        self.store.readers.stand(kept.id, Footing.READING, now)
        if choices != Choices():
            self.store.readers.choose(kept.id, choices)
        return kept

    def take_in(self, text: str, file: str, now: datetime) -> tuple[int, int]:
        """Take in everybody in a CSV file (the form of `give_out`, or one address a line).

        Gives how many are new and how many lines were left: addresses that are known, left or were stopped.
        Raises ConfigError with every line that holds no address, and then takes in nobody.
        """
        mistakes, wanted = list[Mistake](), list[Reader]()
        for line, row in _read(text):
            try:
                wanted.append(self._told(row, now))
            except ValueError as error:
                mistakes.append(Mistake(file, line, str(error)))
        if mistakes:
            raise ConfigError(tuple(mistakes))
        welcome = [
            r for r in wanted if not self.store.readers.shunned(fingerprint(r.address or "", self.key))
        ]
        new = self.store.readers.add(welcome)
        return new, len(wanted) - new

    def give_out(self) -> str:
        """Every reader with address and choices, as CSV: the only place where addresses are shown."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_row(reader) for reader in self.store.readers.all())
        return out.getvalue()

    def found(self, who: str) -> Reader:
        """The reader of this id or address. Raises ConfigError when there is none."""
        reader = self.store.readers.one(who) or self.store.readers.at(who.strip().lower())
        if reader is None:
            raise ConfigError((NOBODY,))
        return reader

    def remove(self, who: str, now: datetime) -> Reader:
        """Let a reader go: nothing that is planned is sent, and the address is erased in four weeks."""
        reader = self.found(who)
        self.store.readers.stand(reader.id, Footing.LEFT, now)
        return reader

    def erase(self, who: str, *, welcome: bool = False) -> str:
        """Take a reader out for good, now, with every trace of their letters; gives what was done, in words.

        `welcome` also forgets that the address must not be written to. Raises ConfigError.
        """
        reader = self.store.readers.one(who) or self.store.readers.at(who.strip().lower())
        address = (reader.address if reader else None) or who.strip().lower()
        mark = fingerprint(address, self.key)
        known = welcome and self.store.readers.shunned(mark)
        if known:
            self.store.readers.welcome(mark)
        if reader is None and not known:
            raise ConfigError((NOBODY,))
        ids = [reader.id] if reader else []
        clear(self.outbox, ids)
        done = self.store.readers.erase(ids)
        return f"{done} erased{', and may be written to again' if known else ''}."

    def _refuse_shunned(self, address: str) -> None:
        if why := self._shunned(address):
            told = f"must not be written to: {why}. `subscribers erase ADDRESS --welcome` forgets that"
            raise ConfigError((Mistake("reader", 0, told),))

    def _shunned(self, address: str) -> str | None:
        return self.store.readers.shunned(fingerprint(address, self.key))

    def _told(self, row: dict[str, str], now: datetime) -> Reader:
        return Reader(
            id=self.make_id(),
            address=checked(row["address"]),
            standing=_of(Footing, row.get("standing") or Footing.READING),
            since=datetime.fromisoformat(row["since"]) if row.get("since") else now,
            choices=Choices(
                bodies=_words(row.get("bodies")),
                topics=_words(row.get("topics")),
                types=_words(row.get("types")),
                when_empty=row.get("when_empty") == "yes",
                rhythm=_of(Rhythm, row.get("rhythm")),
                titles=_of(Titles, row.get("titles")),
                only_alerts=row.get("only_alerts") == "yes",
            ),
            is_list=row.get("is_list") == "yes",
            leave=row.get("leave") or "",
        )


def checked_or_refused(address: str) -> str:
    """The address in the form in which it is kept. Raises ConfigError."""
    try:
        return checked(address)
    except ValueError as error:
        raise ConfigError((Mistake("reader", 0, str(error)),)) from error


def _read(text: str) -> Iterable[tuple[int, dict[str, str]]]:
    """Each line that says something, with its number; the first may name the columns."""
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    named = bool(lines) and "address" in [cell.strip() for cell in lines[0]]
    columns = [cell.strip() for cell in lines[0]] if named else ["address"]
    for number, cells in enumerate(lines, start=1):
        if cells and any(cell.strip() for cell in cells) and not (named and number == 1):
            yield number, dict(zip(columns, [cell.strip() for cell in cells], strict=False))


Kind = TypeVar("Kind", bound=StrEnum)


def _of(kind: type[Kind], cell: str | None) -> Kind:
    """The value that a cell names; its first one for an empty cell. ValueError says which there are."""
    known = list(kind)
    try:
        return kind(cell) if cell else known[0]
    except ValueError:
        raise ValueError(f"{cell!r} is none of {', '.join(known)}") from None


def _words(cell: str | None) -> tuple[str, ...]:
    return tuple((cell or "").split())


def _row(reader: Reader) -> tuple[str, ...]:
    chosen = reader.choices
    return (
        reader.address or "",
        reader.standing,
        reader.since.isoformat(),
        " ".join(chosen.bodies),
        " ".join(chosen.topics),
        " ".join(chosen.types),
        "yes" if chosen.when_empty else "no",
        chosen.rhythm,
        chosen.titles,
        "yes" if reader.is_list else "no",
        reader.leave,
        "yes" if chosen.only_alerts else "no",
    )
