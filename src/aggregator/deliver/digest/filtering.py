"""Reduces a digest to what one subscriber chose."""

from __future__ import annotations

from dataclasses import replace

from aggregator.model import Choices, Digest, DigestItem, Frequency


def filter_digest(digest: Digest, choices: Choices) -> Digest:
    """The digest with only the updates that match `choices`; headings without updates are left out."""
    sections = (
        replace(section, items=tuple(item for item in section.items if _matches(item, choices)))
        for section in digest.sections
    )
    return replace(digest, sections=tuple(section for section in sections if section.items))


def should_send(digest: Digest, choices: Choices) -> bool:
    """Whether somebody with these choices gets the digest: it has updates for them, or they want empty weeks.

    An empty day is never sent.
    """
    sent_when_empty = choices.when_empty and digest.frequency is Frequency.WEEKLY
    return sent_when_empty or filter_digest(digest, choices).item_count > 0


def _matches(item: DigestItem, choices: Choices) -> bool:
    return (
        (not choices.bodies or item.body in choices.bodies)
        and (not choices.types or item.type in choices.types)
        and (not choices.topics or bool(set(item.topics) & set(choices.topics)))
    )
