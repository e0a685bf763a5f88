"""Does what people ask for by mail: the same as the web page does, where there is none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aggregator.deliver.answers import DATA
from aggregator.deliver.wish_lines import ADDRESS, RULE, chosen, rule_of
from aggregator.deliver.wishes import Wanted, Wish
from aggregator.model import Reader, Remark
from aggregator.pipeline.desk import Desk


@dataclass(frozen=True)
class Wishes:
    """The wishes of readers, over one desk. `known` holds the ids that may be chosen, by sort."""

    desk: Desk
    known: Mapping[str, Collection[str]]

    def grant(self, wish: Wish, now: datetime, mark: str) -> None:
        """Do what a mail asks for, and answer it. A word that is not ours, aged or was used does nothing.

        `mark` is of the mail: acted on twice, it has one answer.
        """
        if wish.wanted is Wanted.JOIN:
            with suppress(ValueError):  # the sender's address is none: there is nobody to answer
                self.desk.ask(wish.word, now)
        elif wish.wanted is Wanted.CONFIRM:
            opens = self.desk.confirm(wish.word, now)
            if opens and (reader := self.desk.reader(opens, now)):
                self.desk.write(reader, now, mark, remark=Remark(words="Your address is confirmed."))
        elif reader := self.desk.reader(wish.word, now):
            self._answered(reader, wish, now, mark)

    def _answered(self, reader: Reader, wish: Wish, now: datetime, mark: str) -> None:
        if wish.wanted is Wanted.DATA:
            self.desk.write(reader, now, mark, DATA)
            return
        try:
            remark = DONE[wish.wanted](self, reader, wish, now)
        except ValueError as error:
            remark = Remark(words=f"This could not be done: {error}")
        self.desk.write(reader, now, mark, remark=remark)

    def _choose(self, reader: Reader, wish: Wish, _: datetime) -> Remark:
        self.desk.choose(reader, chosen(reader.choices, wish.lines, self.known))
        return Remark(words="Your choices are kept.")

    def _pause(self, reader: Reader, _: Wish, now: datetime) -> Remark:
        self.desk.pause(reader, now)
        return Remark(words="Your letters are paused.")

    def _resume(self, reader: Reader, _: Wish, now: datetime) -> Remark:
        self.desk.resume(reader, now)
        return Remark(words="Letters are sent again, from the next one on.")

    def _move(self, reader: Reader, wish: Wish, now: datetime) -> Remark:
        """Without the new address in words, which stands nowhere but in its reader's row."""
        self.desk.move(reader, wish.lines.get(ADDRESS, ""), now)
        return Remark(
            words="If the new address can get letters, a mail that asks to confirm is on its way to it. "
            "Until it is confirmed, letters come here."
        )

    def _try(self, reader: Reader, wish: Wish, now: datetime) -> Remark:
        rule = rule_of(wish.lines)
        count, titles = self.desk.try_rule(reader, rule, now)
        letters = "1 letter" if count == 1 else f"{count} letters"
        told = (f"In the past year this rule would have sent {letters}:", f"  {rule.when}")
        latest = (*(f"* {title}" for title in titles),)
        return Remark(words="\n".join((*told, *("The latest:",) * bool(latest), *latest)), offered=rule)

    def _watch(self, reader: Reader, wish: Wish, now: datetime) -> Remark:
        rule = rule_of(wish.lines)
        self.desk.watch(reader, rule, now)
        return Remark(words=f"Your rule is kept, and watched for from now on:\n  {rule.when}")

    def _unwatch(self, reader: Reader, wish: Wish, _: datetime) -> Remark:
        self.desk.unwatch(reader, wish.lines.get(RULE, ""))
        return Remark(words="That rule is gone.")


DONE: Final[Mapping[Wanted, Callable[[Wishes, Reader, Wish, datetime], Remark]]] = {
    Wanted.CHOOSE: Wishes._choose,
    Wanted.PAUSE: Wishes._pause,
    Wanted.RESUME: Wishes._resume,
    Wanted.MOVE: Wishes._move,
    Wanted.TRY: Wishes._try,
    Wanted.WATCH: Wishes._watch,
    Wanted.UNWATCH: Wishes._unwatch,
}
