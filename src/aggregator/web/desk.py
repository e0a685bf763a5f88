"""Whoever acts for readers, as the pages of letters know them, and the words of those pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Protocol

from aggregator.model import Choices, PrivateFeed, Reader, Rhythm, Titles
from aggregator.model.alerts import HookState, OwnRule, Places

LOOK: Final = (
    "If this address can get letters, a mail with a link is on its way to it.",
    "It may take a few minutes. If nothing comes, look among the unwanted mail before you ask again.",
)
OLD_LINK: Final = (
    "This link is not valid any more, or was used before.",
    "Enter your address again on the first page, and you get a new one.",
)
NO_ADDRESS: Final = "That is no mail address that can be written to. Please look at it again."
GOODBYE: Final = ("Nothing more is sent to you, and your address is erased in four weeks.",)
LEGENDS: Final = {"bodies": "Who publishes", "topics": "What it is about", "types": "What it is"}
ALTERNATIVES: Final = (
    {
        "name": "rhythm",
        "legend": "How often",
        "choices": (
            (Rhythm.WEEKLY, "Each week, on Monday morning"),
            (Rhythm.DAILY, "Each day, in the morning, when there is something for you"),
        ),
    },
    {
        "name": "titles",
        "legend": "Which title first, where both are known",
        "choices": ((Titles.ENGLISH, "English"), (Titles.WELSH, "Cymraeg (Welsh)")),
    },
)
TOLD: Final = {
    "confirmed": "Your address is confirmed. The next letter comes on Monday; here you can choose.",
    "save": "Your choices are kept.",
    "pause": "Your letters are paused.",
    "resume": "Letters are sent again, from the next one on.",
    "watch": "Your rule is kept. It is watched for from now on.",
    "unwatch": "That rule is gone.",
    "place": "Kept. From now on word of that rule goes there.",
    "move": "If the new address can get letters, a mail with a link is on its way to it.",
}


class Desk(Protocol):
    """`pipeline/desk.py` says what each of these means; `now` is the instant that a call stands for."""

    def ask(self, address: str, now: datetime) -> None:
        """Somebody entered an address."""

    def asker(self, token: str, now: datetime) -> Reader | None:
        """Who would be confirmed by this word."""

    def confirm(self, token: str, now: datetime) -> str | None:
        """Confirm an address; gives a word that opens the choices."""

    def reader(self, token: str, now: datetime) -> Reader | None:
        """Whose choices this word opens."""

    def choose(self, reader: Reader, choices: Choices) -> None:
        """Keep what a reader chose."""

    def pause(self, reader: Reader, now: datetime) -> None:
        """Send nothing for a while."""

    def resume(self, reader: Reader, now: datetime) -> None:
        """Send letters again."""

    def move(self, reader: Reader, address: str, now: datetime) -> None:
        """Ask the new address to confirm."""

    def leave(self, reader: Reader, now: datetime) -> None:
        """Let a reader go."""

    def leave_by_word(self, token: str, now: datetime) -> bool:
        """Let the reader of a letter's own word go."""

    def data(self, reader: Reader) -> dict[str, Any]:
        """Everything that is kept of a reader."""

    def rules(self, reader: Reader) -> tuple[OwnRule, ...]:
        """A reader's own rules of alerts."""

    def try_rule(self, reader: Reader, rule: OwnRule, now: datetime) -> tuple[int, tuple[str, ...]]:
        """How many letters a rule would have sent in the past year, and the latest titles; ValueError."""

    def watch(self, reader: Reader, rule: OwnRule, now: datetime) -> None:
        """Keep a reader's own rule. ValueError."""

    def unwatch(self, reader: Reader, id: str) -> None:
        """Take a reader's own rule out."""

    def place(self, reader: Reader, id: str, places: Places) -> str:
        """Let word of a reader's own rule go there; gives the secret of a webhook that is new. ValueError."""

    def renew_secret(self, reader: Reader, id: str) -> str:
        """A new secret for the webhook of a rule. ValueError."""

    def posts(self, reader: Reader, rule: OwnRule) -> Mapping[HookState, int]:
        """How many posts of a rule there are in each state."""

    def feed_token(self, rule: OwnRule) -> str:
        """What opens the feed of a rule that has one."""

    def feed(self, token: str, address: str) -> PrivateFeed | None:
        """The feed that a token opens, as it stands at `address`."""
