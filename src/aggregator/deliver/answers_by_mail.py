"""What answers say where there is no web page to open: each step is a mail that is ready to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from aggregator.deliver.foot import leave_by_mail
from aggregator.deliver.frozen import Stationery
from aggregator.deliver.wish_lines import ADDRESS, RULE, choices_in_lines, rule_in_lines
from aggregator.deliver.wishes import Wanted, wish_by_mail
from aggregator.model import Footing, Reader
from aggregator.model.alerts import OwnRule

EMPTY_RULE: Final = OwnRule(id="", when="")

CONFIRM_BY_MAIL: Final = """\
Somebody, we hope you, asked for letters to this address. To get them, send this mail as it is:

{link}

Or write to {mailbox} with this subject:

confirm {word}

It holds for seven days, and once.
If it was not you, do nothing: without that mail nothing happens, and nothing more is sent."""

CHOOSE: Final = """\
This is what you get. To change it, send these lines as you want them:

{link}

Or write to {mailbox} with the subject `choose {word}` and those of these lines that you change:

{lines}

After bodies, topics and types stand ids with spaces between; nothing there means all of them. The ids are in
the addresses of the pages that {base_url}browse.html leads to. What we do not know changes nothing."""

WATCH: Final = """\
Alerts: what you watch for is told at once, or each morning. Write it behind `when:` in this mail, and you
hear how many letters it would have sent in the past year; then you can keep it:

{link}

Such as `when: "open data" nation:scotland` or `when: type:consultation closing:<7d`. Words, or "words in a
row"; AND, OR, NOT and brackets; body:, nation:, type:, topic:, plan:, changed:, removed: and closing:."""

HOLDS: Final = """\
All but the last hold for one day; a mail with the subject `join` brings new ones. Do not pass this on: who
has it can do the same."""


@dataclass(frozen=True)
class MailSteps:
    """The steps that one reader can take by mail with the signed `word`."""

    reader: Reader
    word: str
    stationery: Stationery

    def confirm(self) -> str:
        """How to confirm an address."""
        mailbox = self.stationery.mailbox
        return CONFIRM_BY_MAIL.format(link=self._link(Wanted.CONFIRM), mailbox=mailbox, word=self.word)

    def choices(self, rules: Iterable[OwnRule]) -> str:
        """What the reader gets and watches for, and how to change each of it. `rules` are their own."""
        paused = self.reader.standing is Footing.PAUSED
        leave = leave_by_mail(self.stationery.mailbox, self.stationery.tokens.leave(self.reader.id))
        move = self._link(Wanted.MOVE, f"{ADDRESS}: ")
        parts = (
            self._choose(),
            f"You have paused. To get letters again:\n{self._link(Wanted.RESUME)}"
            if paused
            else f"To pause:\n{self._link(Wanted.PAUSE)}",
            WATCH.format(link=self._link(Wanted.TRY, rule_in_lines(EMPTY_RULE))),
            *self._watched(rules),
            f"To change your address, write the new one into this mail; it is asked to confirm:\n{move}",
            f"To get everything that we keep of you:\n{self._link(Wanted.DATA)}",
            f"To leave:\n{leave}",
            HOLDS,
        )
        return "\n\n".join(parts)

    def keep(self, rule: OwnRule) -> str:
        """How to keep a rule that was tried."""
        return (
            f"To keep this rule, send this mail as it is:\n\n{self._link(Wanted.WATCH, rule_in_lines(rule))}"
        )

    def _choose(self) -> str:
        lines, site = choices_in_lines(self.reader.choices), self.stationery.site
        return CHOOSE.format(
            link=self._link(Wanted.CHOOSE, lines),
            mailbox=self.stationery.mailbox,
            word=self.word,
            lines=lines,
            base_url=site.base_url,
        )

    def _watched(self, rules: Iterable[OwnRule]) -> Iterator[str]:
        for rule in rules:
            told = f"{rule.when}, {rule.rhythm}{', changes too' if rule.changes else ''}"
            link = self._link(Wanted.UNWATCH, f"{RULE}: {rule.id}")
            yield f"You watch for: {told}\nTo take this rule out:\n{link}"

    def _link(self, wanted: Wanted, text: str = "") -> str:
        return wish_by_mail(self.stationery.mailbox, wanted, self.word, text)
