"""The lines of a mail that asks for something, such as `rhythm: daily`: written into links, and read back."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from aggregator.model import Choices, Rhythm, Titles
from aggregator.model.alerts import OwnRule, Pace

ADDRESS: Final = "address"
"""The line of the new address."""
RULE: Final = "rule"
"""The line of the id of a reader's own rule."""
WHEN: Final = "when"
"""The line of a rule's words."""

_LONG: Final = frozenset({"bodies", "topics", "types", WHEN})
"""Lines that mail programs wrap: they go on until an empty line or the next name."""
_NAMES: Final = "|".join(
    (*sorted(_LONG), "rhythm", "titles", "when empty", "alerts only", "changes", ADDRESS, RULE)
)
_LINE: Final = re.compile(rf"({_NAMES}):[ \t]*(.*)", re.I)
_TITLES: Final = {"english first": Titles.ENGLISH, "welsh first": Titles.WELSH}
_YES: Final = {True: "yes", False: "no"}


def read_lines(text: str) -> dict[str, str]:
    """What the lines of a text say, by the name before the colon; also where they are quoted with `>`."""
    found, name = dict[str, str](), ""
    for line in (line.lstrip("> \t").rstrip() for line in text.splitlines()):
        if told := _LINE.fullmatch(line):
            name, found[told[1].lower()] = told[1].lower(), told[2]
        elif not line:
            name = ""
        elif name in _LONG:
            found[name] = f"{found[name]} {line}".strip()
    return found


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
    said = {name: words.lower() for name, words in lines.items()}
    changes: dict[str, object] = {}
    for name, ids in known.items():
        words = said.get(name, "\0").replace(",", " ").split()
        kept = tuple(word for word in dict.fromkeys(words) if word in ids)
        if kept or not words:
            changes[name] = kept
    if (rhythm := said.get("rhythm", "")) in list(Rhythm):
        changes["rhythm"] = Rhythm(rhythm)
    if titles := _TITLES.get(said.get("titles", "")):
        changes["titles"] = titles
    for line, name in (("when empty", "when_empty"), ("alerts only", "only_alerts")):
        if (yes := said.get(line)) in _YES.values():
            changes[name] = yes == _YES[True]
    return replace(before, **changes)  # type: ignore[arg-type]  # each by the name and type of its field


def rule_in_lines(rule: OwnRule) -> str:
    """A reader's own rule as the lines that a mail may change."""
    return f"when: {rule.when}".rstrip() + f"\n\nrhythm: {rule.rhythm}\nchanges: {_YES[rule.changes]}"


def rule_of(lines: Mapping[str, str]) -> OwnRule:
    """The rule that a mail says; its words are not looked at, and nothing said of its rhythm is at once."""
    return OwnRule(
        id="tried",
        when=" ".join(lines.get(WHEN, "").split()),
        changes=lines.get("changes", "").lower() == _YES[True],
        rhythm=Pace.DAILY if lines.get("rhythm", "").lower() == Pace.DAILY else Pace.AT_ONCE,
    )
