"""Turns a message's HTML or text into an announcement, without boilerplate and without private persons."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from aggregator.errors import SourceError
from aggregator.parse.html.dom import NavigableString, Tag, attribute, block_around, parse_html, strings_in
from aggregator.parse.html.hidden import is_styled_away
from aggregator.parse.mail.boilerplate import ADDRESSED, UNSUBSCRIBE, strip_boilerplate
from aggregator.parse.mail.message import MailHeader, MailMessage, MimePart
from aggregator.parse.mail.redact import (
    ADDRESS_REMOVED,
    NUMBER_REMOVED,
    Redactor,
    names_in_header,
    quoted_names,
    redactor_for,
    unwrap_safelink,
)
from aggregator.values.text import nesting_depths, one_line

# Characters and lines of a text that are read. The read-out of a meeting has some 200 lines.
MAX_TEXT_CHARACTERS, MAX_LINES = 300_000, 2_000

BULLET: Final = re.compile(r"(?:[-*•·–]|\d{1,2}[.)])\s")
UNITS: Final = ((1_000_000, "MB"), (1_000, "kB"))


MAX_MARKUP_CHARACTERS: Final = 300_000
# `<` and nested elements of HTML that is parsed; beyond these limits only its text is read. A read-out of 130
# paragraphs has about 600 `<`. 200 messages at these limits take 4 s, and 5,000 nested elements took a second
# (bs4 4.15, lxml 6.1).
MAX_TAGS, MAX_DEPTH = 800, 60

VOID: Final = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"})
SPACED: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre"})
LINES: Final = SPACED | {"br", "div", "hr", "li", "td", "th", "tr"}
HIDDEN: Final = frozenset({"head", "script", "style", "title", "xml", "img"})
# Classes and ids by which mail programs mark a signature, or the line that names who is quoted.
SIGNATURES: Final = frozenset({"gmail_signature", "moz-signature", "moz-cite-prefix", "Signature"})
# Elements that are removed once their text is gone: an empty link could still lead to a private address.
EMPTIED: Final = frozenset({"a", "b", "em", "i", "li", "span", "strong", "u"})
PIECE: Final = re.compile(r"<!--|-->|</?([a-zA-Z][a-zA-Z0-9]*)[^<>]*>|(?:[^<-]+|-(?!->))+|[<-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """The content of a message, ready to be published once it is made safe."""

    # HTML, still unsafe. Attachments are listed below by name, type and size: they have no address.
    content: str
    # The redactor of the content. Use it for the title, too.
    redactor: Redactor


def read_announcement(mail: MailMessage, *, forwarded: bool, members: Sequence[str] = ()) -> Announcement:
    """The announcement in a message's HTML if that can be parsed, else in its text.

    Besides the names that the message shows, those of `members` are removed.
    """
    read = _from_markup(mail, forwarded, members) or _from_text(mail, forwarded, members)
    attached = _attachment_list(mail.attachments, read.redactor)
    return Announcement(content=read.content + attached, redactor=read.redactor)


def _from_markup(mail: MailMessage, forwarded: bool, members: Sequence[str]) -> Announcement | None:
    body = read_markup(mail.markup)
    if body is None:
        return None
    lines = list(lines_of(body))
    texts = [line.text for line in lines]
    publishable, redactor = _publishable(mail.header, texts, forwarded, members)
    if not any(publishable):
        return None
    for line, after in zip(lines, publishable, strict=True):
        rewrite_line(line, after, redactor.redact)
    return Announcement(content=write_markup(body), redactor=redactor)


def words_of(mail: MailMessage, most: int = MAX_MARKUP_CHARACTERS) -> str:
    """The plain text of a message, or else that of its HTML, of which at most so many characters are read."""
    return (mail.text if mail.text.strip() else text_of_markup(mail.markup[:most])).strip()


def _from_text(mail: MailMessage, forwarded: bool, members: Sequence[str]) -> Announcement:
    text = words_of(mail)
    lines = text[:MAX_TEXT_CHARACTERS].split("\n")
    if len(lines) > MAX_LINES or len(text) > MAX_TEXT_CHARACTERS:
        lines[MAX_LINES:] = ["", "…"]
    lines = [one_line(line) for line in lines]
    publishable, redactor = _publishable(mail.header, lines, forwarded, members)
    paragraphs = re.split(r"\n{2,}", "\n".join(publishable).strip("\n"))
    content = "".join(f"<p>{_paragraph(text)}</p>" for text in paragraphs if text)
    return Announcement(content=content, redactor=redactor)


def _publishable(
    header: MailHeader, lines: Sequence[str], forwarded: bool, members: Sequence[str]
) -> tuple[list[str], Redactor]:
    stripped = strip_boilerplate(lines, forwarded=forwarded)
    redactor = redactor_for((*names_in_header(header), *members, *quoted_names(lines)), stripped)
    return [redactor.redact(line) for line in stripped], redactor


def _paragraph(text: str) -> str:
    """The lines of a paragraph joined, but each item of a list in a line of its own."""
    lines = (html.escape(line, quote=False) for line in text.split("\n"))
    return (
        "".join(f"<br>{line}" if BULLET.match(line) else f" {line}" for line in lines)
        .removeprefix("<br>")
        .strip()
    )


def _attachment_list(attachments: Sequence[MimePart], redactor: Redactor) -> str:
    items = (
        f"<li>Attachment: {html.escape(redactor.redact(_base_name(one.name)), quote=False)}"
        f" ({html.escape(one.type, quote=False)}, {_size(len(one.payload))})</li>"
        for one in attachments
    )
    listed = "".join(items)
    return f"<ul>{listed}</ul>" if listed else ""


def _base_name(name: str) -> str:
    """A file's name without its folders."""
    return one_line(re.split(r"[/\\]", name)[-1])[:200] or "without a name"


def _size(size: int) -> str:
    for unit, name in UNITS:
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return "1 byte" if size == 1 else f"{size} bytes"


@dataclass(slots=True)
class MarkupLine:
    """A line as people see it, made of text nodes. One without nodes separates paragraphs."""

    nodes: list[NavigableString] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The line's text with single spaces."""
        return one_line("".join(self.nodes))


def read_markup(markup: str) -> Tag | None:
    """The elements of HTML without hidden ones and signatures, and with links that name no private person.

    None for HTML beyond the limits, for empty HTML, and for plain text in a `<pre>`.
    """
    if not markup.strip() or len(markup) > MAX_MARKUP_CHARACTERS or markup.count("<") > MAX_TAGS:
        return None
    if any(depth > MAX_DEPTH for depth in nesting_depths(markup, VOID)):
        return None
    try:
        body = parse_html(f"<!doctype html><html><body>{markup}".encode(), {}).body
    except SourceError:
        return None
    if body is None or body.find("pre"):
        return None
    for element in reversed(body.find_all(True)):
        if element.name in HIDDEN or (element.attrs and _is_removable(element)):
            element.decompose()
        elif element.name == "a":
            _clean_link(element)
    return body


def _is_removable(element: Tag) -> bool:
    """Whether an element is a signature, or not shown."""
    names = {*attribute(element, "class").split(), attribute(element, "id")}
    return is_styled_away(element) or not names.isdisjoint(SIGNATURES) or element.has_attr("data-smartmail")


def _clean_link(link: Tag) -> None:
    """Unwrap Safe Links, replace links to persons, and remove links that could end our subscription."""
    href = attribute(link, "href")
    scheme = href.partition(":")[0].lower()
    target = unwrap_safelink(href) if href else None
    if scheme in {"mailto", "tel", "sms", "callto"}:
        link.replace_with(ADDRESS_REMOVED if scheme == "mailto" else NUMBER_REMOVED)
    elif target is None or UNSUBSCRIBE.search(unquote(target)):
        link.unwrap()
    else:
        link["href"] = target


def lines_of(body: Tag) -> Iterator[MarkupLine]:
    """The lines in page order. A block or a `<br>` starts a new one; an empty line separates paragraphs."""
    line, block, breaks = MarkupLine(), body, 0
    for node in body.descendants:
        if isinstance(node, Tag):
            breaks += 1 if node.name == "br" else 0
        elif type(node) is NavigableString:
            parent = block_around(node) or body
            starts_line = parent is not block or breaks > 0
            if starts_line and node.strip():
                yield line
                if breaks + (parent is not block) > 1 or {parent.name, block.name} & SPACED:
                    yield MarkupLine()
                line, block, breaks = MarkupLine(), parent, 0
                starts_line = False
            if not starts_line:
                line.nodes.append(node)
    yield line


def rewrite_line(line: MarkupLine, after: str, redact: Callable[[str], str]) -> None:
    """Replace the text of a line by `after`, which is the line redacted and without its greeting.

    The markup inside the line stays if redacting its text nodes one by one gives the same text.
    """
    if line.text == after:
        return
    pieces = _redact_each([str(node) for node in line.nodes], redact)
    if one_line("".join(pieces)) != after:
        pieces[0] = ADDRESSED.sub("", pieces[0].lstrip(), count=1)
    if not after or one_line("".join(pieces)) != after:
        pieces = [after] + [""] * (len(pieces) - 1)
    for node, text in zip(line.nodes, pieces, strict=True):
        node.replace_with(NavigableString(text))


def _redact_each(texts: list[str], redact: Callable[[str], str]) -> list[str]:
    """Each text redacted. Texts that a name or an address spans, two to four of them, become one."""
    pieces = [redact(text) for text in texts]
    for width in (2, 3, 4):
        for start in range(len(texts) - width + 1):
            span = slice(start, start + width)
            together = "".join(texts[span])
            if redact(together) != "".join(pieces[span]):
                pieces[span] = [redact(together)] + [""] * (width - 1)
                texts[span] = [together] + [""] * (width - 1)
    return pieces


def write_markup(body: Tag) -> str:
    """The elements as HTML, without those that have lost their text."""
    for element in reversed(body.find_all(True)):  # the innermost first
        if element.name in EMPTIED and next(strings_in(element), None) is None:
            element.decompose()
    return body.decode_contents().strip()


def text_of_markup(markup: str) -> str:
    """HTML as plain text, a line for each block, without parsing it. For HTML beyond the limits."""
    pieces: list[str] = []
    hidden = ""
    for piece in PIECE.finditer(markup[:MAX_MARKUP_CHARACTERS]):
        name = (piece[1] or "").lower()
        if hidden:
            closed = piece[0] == "-->" if hidden == "<!--" else piece[0].startswith("</") and name == hidden
            hidden = "" if closed else hidden
        elif piece[0] == "<!--" or (name in HIDDEN - VOID and piece[0][1] != "/"):
            hidden = name or "<!--"
        else:
            pieces.append(_break(name, piece[0]) if name else piece[0])
    return html.unescape("".join(pieces))


def _break(name: str, tag: str) -> str:
    """The line breaks that a tag means in plain text."""
    if name not in LINES or not (tag.startswith("</") or name in VOID):
        return ""
    return "\n\n" if name in SPACED else "\n"
