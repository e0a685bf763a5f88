"""Does what people ask for by mail: the same as the web page does, where there is none."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from aggregator.deliver.wishes import Wanted, Wish, chosen
from aggregator.pipeline.desk import Desk


@dataclass(frozen=True)
class Wishes:
    """The wishes of readers, over one desk. `known` holds the ids that may be chosen, by sort."""

    desk: Desk
    known: Mapping[str, Collection[str]]

    def grant(self, wish: Wish, now: datetime) -> None:
        """Do what a mail asks for. A word that is not ours, has aged or was used before does nothing."""
        if wish.wanted is Wanted.JOIN:
            with suppress(ValueError):  # the sender's address is none: there is nobody to answer
                self.desk.ask(wish.word, now)
        elif wish.wanted is Wanted.CONFIRM:
            opens = self.desk.confirm(wish.word, now)
            if opens and (reader := self.desk.reader(opens, now)):
                self.desk.show(reader, now)
        elif reader := self.desk.reader(wish.word, now):
            if wish.wanted is Wanted.CHOOSE:
                self.desk.choose(reader, chosen(reader.choices, wish.lines, self.known))
            elif wish.wanted is Wanted.PAUSE:
                self.desk.pause(reader, now)
            else:
                self.desk.resume(reader, now)
