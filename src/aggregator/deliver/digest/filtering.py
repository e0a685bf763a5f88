"""A frozen letter seen through one reader's choices."""

from __future__ import annotations

from dataclasses import replace

from aggregator.model import Choices, Digest, DigestItem, Frequency


def chosen(digest: Digest, choices: Choices) -> Digest:
    """The digest with only what the reader wants to hear of; a heading without updates goes."""
    sections = (
        replace(section, items=tuple(item for item in section.items if _wanted(item, choices)))
        for section in digest.sections
    )
    return replace(digest, sections=tuple(section for section in sections if section.items))


def is_worth_sending(digest: Digest, choices: Choices) -> bool:
    """Whether something in the letter is for the reader, or they asked to hear of an empty week, too."""
    told_anyway = choices.when_empty and digest.rhythm is Frequency.WEEKLY
    return told_anyway or chosen(digest, choices).count > 0


def _wanted(item: DigestItem, choices: Choices) -> bool:
    return (
        (not choices.bodies or item.body in choices.bodies)
        and (not choices.types or item.type in choices.types)
        and (not choices.topics or bool(set(item.topics) & set(choices.topics)))
    )
