"""Finds the parts of a message that are not its content.

These are greetings, closings with the name below them, signatures, the header lines of forwarded messages,
quoted messages and the list's footer, in English and Welsh.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Final

NAME: Final = r"[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){0,3}"
THANKS: Final = r"(?:many )?thanks|thank you|cheers|diolch(?: yn fawr)?"
CLOSINGS: Final = (
    r"(?:with )?(?:my |our |all )?(?:very )?(?:best|kind(?:est)?|warm(?:est)?|good)?\s?(?:wishes|regards)"
    r"|best|all the best|sincerely|take care|yn gywir|cofion(?: gorau| cynnes)?"
    r"|yours(?: sincerely| faithfully| truly| ever)?"
)
WORD: Final = r"[\w'’&/-]+(?:\.(?= ))?"
GREETING: Final = re.compile(
    r"(?:hi|hello|hey|dear|annwyl|helo|shwmae|good (?:morning|afternoon|evening)|bore da|prynhawn da)\b"
    rf"(?:(?:[ ,]+{WORD}){{0,4}}\s*[,!:–-]?|(?: {WORD}){{0,2}}\.|(?:[ ,]+{WORD}){{5,9}},)",
    re.IGNORECASE,
)
ADDRESSED: Final = re.compile(r"(?:hi|hello|hey|dear|annwyl|helo)\s+[^,.!?]{1,40},\s+(?=\S)", re.IGNORECASE)
PLEASANTRY: Final = re.compile(
    r"(?:i )?(?:hope|trust)(?: that)? (?:you|this|everyone|all)\b.{0,50}\b(?:well|week|good)\b.{0,25}",
    re.IGNORECASE,
)
CLOSING: Final = re.compile(
    rf"(?i:(?:{THANKS})(?: (?:again|so much|very much|all|everyone|in advance|iawn))?)"
    rf"(?:[,.!–-]* (?P<thanked>(?=[A-Z]){NAME}))?[,.!–-]*"
    rf"|(?i:(?:(?:{THANKS}),? (?:and )?)?(?:{CLOSINGS}))"
    rf"(?:\s*[,.!–-]+\s*(?P<signed>(?=[A-Z]){NAME}))?[,.!–-]*"
)
# A name alone in a line below a closing: one to four words that start with a capital.
SIGNED: Final = re.compile(rf"(?=[A-Z]){NAME}(?<!\.),?")

# Words of organisations and headings. A short line or a sender with one of them is not a person's name.
PUBLIC_WORD: Final = re.compile(
    r"\b(?:network|forum|government|parliament|council|office|department|directorate|team|group|committee"
    r"|secretariat|partnership|union|institute|association|society|public|civil|open|data|national|policy"
    r"|meeting|read-?out|minutes|agenda|aims?|attendees|attendance|apologies|welcome|introduction|summary"
    r"|background|notes?|actions?|plan|steps|update|part|list|news|uk|scotland|scottish|wales|welsh|cymru|ireland"
    r"|northern|glasgow|manchester|london|limited|ltd|trust|involve)\b",
    re.IGNORECASE,
)

DELIMITER: Final = re.compile(r"--\s*")
MAX_SIGNATURE_LINES: Final = 15
RULE: Final = re.compile(r"_{20,}|-{40,}")
FORWARDED: Final = re.compile(r"-{3,}\s*forwarded message\s*-{3,}|begin forwarded message:", re.IGNORECASE)
ORIGINAL: Final = re.compile(r"-{2,}\s*original message\s*-{2,}", re.IGNORECASE)
WROTE: Final = re.compile(r"(?:On|Ar)\b.{6,300}\b(?:wrote|ysgrifennodd):?", re.DOTALL)
FIELD: Final = re.compile(
    r"\W{0,3}(?:from|sent|date|to|cc|bcc|subject|reply-to|oddi wrth|anfonwyd|dyddiad|at|pwnc)\W{0,3}:.*",
    re.IGNORECASE,
)
# Lines with a link on which anybody could end the subscription of our mailbox.
UNSUBSCRIBE: Final = re.compile(
    r"unsubscribe|dad-?danysgrifio|view (?:this (?:e-?mail|message) )?in (?:your|a) browser"
    r"|(?:manage|update) (?:your|my) (?:\w+ )?(?:preferences|subscription|settings)",
    re.IGNORECASE,
)
FOOTER: Final = re.compile(
    r"you (?:received|are receiving) this (?:message|e-?mail) because you(?:'re| are) subscribed\b.*",
    re.IGNORECASE,
)
LIST_NAME: Final = re.compile(r".{1,80} mailing list\W*", re.IGNORECASE)
SENT: Final = re.compile(r"\W{0,3}(?:sent|anfonwyd)\W{0,3}:", re.IGNORECASE)


def strip_boilerplate(lines: Sequence[str], *, forwarded: bool) -> list[str]:
    """The lines, with boilerplate lines made empty and greetings cut off. Their number stays the same.

    A forwarded message stays. A message that this one replies to does not.
    """
    stripped = [line.strip() for line in lines]
    headers = list(quoted_headers(stripped))
    forwarded = forwarded or any(FORWARDED.fullmatch(line) for line in stripped)
    content_end = min(
        _footer_start(stripped), len(stripped) if forwarded else _quote_start(stripped, headers)
    )
    stripped[content_end:] = [""] * (len(stripped) - content_end)
    forwarding = _forwarding_lines(stripped, headers) if forwarded else ()
    for number in {*_signature(stripped), *_closings(stripped), *_courtesies(stripped), *forwarding}:
        stripped[number] = ""
    return [ADDRESSED.sub("", line, count=1) if ADDRESSED.match(line) else line for line in stripped]


def _courtesies(lines: Sequence[str]) -> Iterator[int]:
    """Numbers of lines with greetings, good wishes, or links to leave the list."""
    for number, line in enumerate(lines):
        polite = len(line) <= 100 and (GREETING.fullmatch(line) or PLEASANTRY.fullmatch(line))
        if line and len(line) <= 300 and (polite or UNSUBSCRIBE.search(line)):
            yield number


def _closings(lines: Sequence[str]) -> Iterator[int]:
    """Numbers of the lines of closings, the names below them, and the short lines directly below a name."""
    for number, line in enumerate(lines):
        closing = CLOSING.fullmatch(line) if line and len(line) <= 80 else None
        if closing:
            yield number
            if not (closing["thanked"] or closing["signed"]):
                yield from _lines_below_closing(lines, number + 1)


def _lines_below_closing(lines: Sequence[str], start: int) -> Iterator[int]:
    named = next((n for n in range(start, min(start + 3, len(lines))) if lines[n]), None)
    if named is None or not _is_name(lines[named]):
        return
    yield named
    for number in range(named + 1, min(named + 7, len(lines))):
        line = lines[number]
        if not line or len(line) > 80 or line.endswith((".", ":", "?")) or PUBLIC_WORD.search(line):
            return
        yield number


def _is_name(line: str) -> bool:
    return len(line) <= 60 and SIGNED.fullmatch(line) is not None and not PUBLIC_WORD.search(line)


def _signature(lines: Sequence[str]) -> Iterator[int]:
    """Numbers of the signature's lines: all after `-- ` (RFC 3676, 4.3) except a message forwarded below it.

    If far more follows than a signature has, the signature ends at the next empty line.
    """
    start = next((n for n, line in enumerate(lines) if DELIMITER.fullmatch(line)), None)
    if start is None:
        return
    after = range(start, len(lines))
    end = next((n for n in after if FORWARDED.fullmatch(lines[n]) or RULE.fullmatch(lines[n])), len(lines))
    if sum(1 for line in lines[start:end] if line) > MAX_SIGNATURE_LINES:
        end = next((n for n in range(start + 1, end) if not lines[n]), end)
    yield from range(start, end)


def quoted_headers(lines: Sequence[str]) -> Iterator[range]:
    """Line ranges with the header of another message (`From:`, `Sent:`): three fields in a row, or more."""
    start = 0
    for fields, run in itertools.groupby(lines, lambda line: bool(line and FIELD.fullmatch(line[:300]))):
        length = sum(1 for _ in run)
        if fields and length >= 3:
            yield range(start, start + length)
        start += length


def _footer_start(lines: Sequence[str]) -> int:
    """The number of the line on which the list's footer starts; the end if there is none."""
    found = (
        number
        for number, line in enumerate(lines)
        if FOOTER.fullmatch(line) or (RULE.fullmatch(line) and LIST_NAME.fullmatch(_next(lines, number)))
    )
    return next(found, len(lines))


def _quote_start(lines: Sequence[str], headers: Sequence[range]) -> int:
    """The number of the line on which the quoted message starts; the end if there is none."""
    header_starts = [head.start for head in headers if any(SENT.match(lines[number]) for number in head)]
    separators = (n for n, line in enumerate(lines) if ORIGINAL.fullmatch(line) or _is_attribution(lines, n))
    return min([*header_starts, next(separators, len(lines))])


def _forwarding_lines(lines: Sequence[str], headers: Sequence[range]) -> Iterator[int]:
    """Numbers of the lines that mail programs put before a forwarded message: a separator, header fields."""
    for number, line in enumerate(lines):
        is_separator = FORWARDED.fullmatch(line) or ORIGINAL.fullmatch(line) or RULE.fullmatch(line)
        if is_separator or _is_attribution(lines, number):
            yield number
    yield from itertools.chain.from_iterable(headers)


def _next(lines: Sequence[str], number: int) -> str:
    return next((line for line in lines[number + 1 : number + 4] if line), "")


def _is_attribution(lines: Sequence[str], number: int) -> bool:
    """Whether a line, alone or with the next, says who wrote the text quoted below (`On … wrote:`)."""
    begins = lines[number].startswith(("On", "Ar"))
    return begins and any(WROTE.fullmatch(" ".join(lines[number : number + n])[:400]) for n in (1, 2))
