"""What people ask for by mail where there is no web page: to join, confirm, choose, pause and resume.

A wish stands in the subject; only choices stand in the text, a line each. A mail without a word of ours can
ask to join and nothing else, and the answer to that goes to the address itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from enum import StrEnum
from typing import Final

from aggregator.deliver.foot import mail_link
from aggregator.model import Choices, Rhythm, Titles


class Wanted(StrEnum):
    """What a mail asks for; each is the first word of its subject."""

    JOIN = "join"
    CONFIRM = "confirm"
    CHOOSE = "choose"
    PAUSE = "pause"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class Wish:
    """One mail's wish. `word` is the signed word that it shows; to join, the sender's address."""

    wanted: Wanted
    word: str
    lines: Mapping[str, str] = field(default_factory=dict)
    """What the text says, by the name before the colon; only for choices."""


LONGEST: Final = 20_000
"""Characters of a mail's text that are looked at."""
_SIGNED: Final = re.compile(r"\s*(?:re:\s*)*(confirm|choose|pause|resume)\s+([\w-]+(?:\.[\w-]+){2})\s*", re.I)
_JOIN: Final = re.compile(r"\s*(?:re:\s*)*join\s*", re.I)
_LINE: Final = re.compile(
    r"^[> \t]*(bodies|topics|types|rhythm|titles|when empty|alerts only):[ \t]*(.*)$", re.M | re.I
)
_TITLES: Final = {"english first": Titles.ENGLISH, "welsh first": Titles.WELSH}
_YES: Final = {True: "yes", False: "no"}


def read_wish(payload: bytes) -> Wish | None:
    """What a mail asks for; None for any other mail, and for what no person wrote (RFC 3834, 2)."""
    message = message_from_bytes(payload, policy=policy.default)
    if _is_automatic(message):
        return None
    subject = str(message.get("subject", ""))[:1000]
    if _JOIN.fullmatch(subject):
        senders = [address for _, address in getaddresses([str(message.get("from", ""))]) if address]
        return Wish(Wanted.JOIN, senders[0]) if len(senders) == 1 else None
    found = _SIGNED.fullmatch(subject)
    if not found:
        return None
    wanted = Wanted(found[1].lower())
    return Wish(wanted, found[2], _lines(message) if wanted is Wanted.CHOOSE else {})


def wish_by_mail(mailbox: str, wanted: Wanted, word: str = "", text: str = "") -> str:
    """The mail that asks for something, as a link."""
    return mail_link(mailbox, f"{wanted} {word}".strip(), text)


def choices_in_lines(choices: Choices) -> str:
    """Choices as the lines that a mail may change; after `bodies:` nothing means every body."""
    titles = next(words for words, value in _TITLES.items() if value is choices.titles)
    return "\n".join(
        (
            f"rhythm: {choices.rhythm}",
            f"bodies: {' '.join(choices.bodies)}".rstrip(),
            f"topics: {' '.join(choices.topics)}".rstrip(),
            f"types: {' '.join(choices.types)}".rstrip(),
            f"titles: {titles}",
            f"when empty: {_YES[choices.when_empty]}",
            f"alerts only: {_YES[choices.only_alerts]}",
        )
    )


def chosen(before: Choices, lines: Mapping[str, str], known: Mapping[str, Collection[str]]) -> Choices:
    """The choices after a mail. A line that is not there, or says nothing that we know, changes nothing.

    `known` holds the ids that may stand after `bodies:`, `topics:` and `types:`.
    """
    changes: dict[str, object] = {}
    for name, ids in known.items():
        words = lines.get(name, "\0").replace(",", " ").split()
        kept = tuple(word for word in dict.fromkeys(words) if word in ids)
        if kept or not words:
            changes[name] = kept
    if (rhythm := lines.get("rhythm", "")) in list(Rhythm):
        changes["rhythm"] = Rhythm(rhythm)
    if titles := _TITLES.get(lines.get("titles", "")):
        changes["titles"] = titles
    for line, name in (("when empty", "when_empty"), ("alerts only", "only_alerts")):
        if (said := lines.get(line)) in _YES.values():
            changes[name] = said == _YES[True]
    return replace(before, **changes)  # type: ignore[arg-type]  # each by the name and type of its field


def _is_automatic(message: EmailMessage) -> bool:
    automatic = str(message.get("auto-submitted", "no")).strip().lower() != "no"
    bulk = str(message.get("precedence", "")).strip().lower() in {"bulk", "junk", "list"}
    return automatic or bulk or "list-id" in message


def _lines(message: EmailMessage) -> dict[str, str]:
    part = message.get_body(("plain",))
    try:
        text = str(part.get_content())[:LONGEST] if part else ""
    except (LookupError, UnicodeError):  # an encoding that nobody knows
        return {}
    return {name.lower(): words.strip().lower() for name, words in _LINE.findall(text.replace("\r", ""))}
