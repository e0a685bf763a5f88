"""Makes what a message announces out of its HTML or text: without the letter around it, without persons."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from aggregator.errors import SourceError
from aggregator.parse.html.dom import NavigableString, Tag, attribute, block_around, parse_html, strings_in
from aggregator.parse.mail.boilerplate import ADDRESSED, UNSUBSCRIBE, strip_boilerplate
from aggregator.parse.mail.message import MailHeader, MailMessage, MimePart
from aggregator.parse.mail.redact import (
    ADDRESS_REMOVED,
    NUMBER_REMOVED,
    Redactor,
    redactor_for,
    unwrap_safelink,
)
from aggregator.values.text import nesting_depths, one_line

# Characters and lines of a text that are looked at; the read-out of a meeting has some 200 lines.
MAX_TEXT_CHARACTERS, MAX_LINES = 300_000, 2_000

BULLET: Final = re.compile(r"(?:[-*•·–]|\d{1,2}[.)])\s")
UNITS: Final = ((1_000_000, "MB"), (1_000, "kB"))


MAX_MARKUP_CHARACTERS: Final = 300_000
# Characters, `<`, and elements inside each other, of HTML that is read as such; of more, words are read. A
# read-out of 130 paragraphs has about 600. 200 messages at these limits take 4 s; 5,000 elements inside each
# other took a second to parse (bs4 4.15, lxml 6.1).
MAX_TAGS, MAX_DEPTH = 800, 60

VOID: Final = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"})
SPACED: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre"})
LINES: Final = SPACED | {"br", "div", "hr", "li", "td", "th", "tr"}
HIDDEN: Final = frozenset({"head", "script", "style", "title", "xml", "img"})
# How mail programs themselves mark a signature, and the line that says who is quoted.
SIGNATURES: Final = frozenset({"gmail_signature", "moz-signature", "moz-cite-prefix", "Signature"})
# What says nothing once its words are gone; a link could still lead where its words did.
EMPTIED: Final = frozenset({"a", "b", "em", "i", "li", "span", "strong", "u"})
PIECE: Final = re.compile(r"<!--|-->|</?([a-zA-Z][a-zA-Z0-9]*)[^<>]*>|(?:[^<-]+|-(?!->))+|[<-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What a message announces."""

    content: str
    """HTML, still unsafe. What is attached stands below by name, type and size: it has no address."""
    persons: Redactor
    """Who is not to be named, in its title neither."""


def read_announcement(mail: MailMessage, *, forwarded: bool) -> Announcement:
    """Of a message's HTML where that can be read, else of its text."""
    said = _from_markup(mail, forwarded) or _from_text(mail, forwarded)
    attached = _attachment_list(mail.attachments, said.persons)
    return Announcement(content=said.content + attached, persons=said.persons)


def _from_markup(mail: MailMessage, forwarded: bool) -> Announcement | None:
    body = read_markup(mail.markup)
    if body is None:
        return None
    lines = list(lines_of(body))
    said, persons = _publishable(mail.header, [line.words for line in lines], forwarded)
    if not any(said):
        return None
    for line, after in zip(lines, said, strict=True):
        rewrite_line(line, after, persons.scrub)
    return Announcement(content=write_markup(body), persons=persons)


def _from_text(mail: MailMessage, forwarded: bool) -> Announcement:
    text = (mail.text if mail.text.strip() else text_of_markup(mail.markup)).strip()
    lines = text[:MAX_TEXT_CHARACTERS].split("\n")
    if len(lines) > MAX_LINES or len(text) > MAX_TEXT_CHARACTERS:
        lines[MAX_LINES:] = ["", "…"]
    said, persons = _publishable(mail.header, [one_line(line) for line in lines], forwarded)
    paragraphs = re.split(r"\n{2,}", "\n".join(said).strip("\n"))
    content = "".join(f"<p>{_paragraph(text)}</p>" for text in paragraphs if text)
    return Announcement(content=content, persons=persons)


def _publishable(header: MailHeader, lines: Sequence[str], forwarded: bool) -> tuple[list[str], Redactor]:
    kept = strip_boilerplate(lines, forwarded=forwarded)
    persons = redactor_for(header, kept)
    return [persons.scrub(line) for line in kept], persons


def _paragraph(text: str) -> str:
    """The lines of a paragraph in one; the items of a list each on their own."""
    lines = (html.escape(line, quote=False) for line in text.split("\n"))
    return (
        "".join(f"<br>{line}" if BULLET.match(line) else f" {line}" for line in lines)
        .removeprefix("<br>")
        .strip()
    )


def _attachment_list(attachments: Sequence[MimePart], persons: Redactor) -> str:
    items = (
        f"<li>Attachment: {html.escape(persons.scrub(_base_name(one.name)), quote=False)}"
        f" ({html.escape(one.type, quote=False)}, {_size(len(one.payload))})</li>"
        for one in attachments
    )
    listed = "".join(items)
    return f"<ul>{listed}</ul>" if listed else ""


def _base_name(name: str) -> str:
    """A file's name without the folders that it lay in."""
    return one_line(re.split(r"[/\\]", name)[-1])[:200] or "without a name"


def _size(size: int) -> str:
    for unit, name in UNITS:
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return "1 byte" if size == 1 else f"{size} bytes"


@dataclass(slots=True)
class MarkupLine:
    """A line as people see it, and the strings that it is made of; none for the gap between paragraphs."""

    nodes: list[NavigableString] = field(default_factory=list)

    @property
    def words(self) -> str:
        """The line's text, with single spaces."""
        return one_line("".join(self.nodes))


def read_markup(markup: str) -> Tag | None:
    """The elements of HTML without what nobody reads, and with links that betray nobody.

    None for more than is read as HTML, for none at all, and for plain text in a `<pre>`.
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
            _mend_link(element)
    return body


def _is_removable(element: Tag) -> bool:
    """Whether it is a signature, or not shown."""
    marks = {*attribute(element, "class").split(), attribute(element, "id")}
    unseen = "display:none" in attribute(element, "style").replace(" ", "").lower()
    return unseen or not marks.isdisjoint(SIGNATURES) or element.has_attr("data-smartmail")


def _mend_link(link: Tag) -> None:
    """Unpack a link; take one to a person away, and unwrap one that leads out of the list."""
    href = attribute(link, "href")
    scheme = href.partition(":")[0].lower()
    kept = unwrap_safelink(href) if href else None
    if scheme in {"mailto", "tel", "sms", "callto"}:
        link.replace_with(ADDRESS_REMOVED if scheme == "mailto" else NUMBER_REMOVED)
    elif kept is None or UNSUBSCRIBE.search(unquote(kept)):
        link.unwrap()
    else:
        link["href"] = kept


def lines_of(body: Tag) -> Iterator[MarkupLine]:
    """The lines in the page's order: a block or a line break begins one, and paragraphs stand apart."""
    line, block, breaks = MarkupLine(), body, 0
    for node in body.descendants:
        if isinstance(node, Tag):
            breaks += 1 if node.name == "br" else 0
        elif type(node) is NavigableString:
            around = block_around(node) or body
            begins = around is not block or breaks > 0
            if begins and node.strip():
                yield line
                if breaks + (around is not block) > 1 or {around.name, block.name} & SPACED:
                    yield MarkupLine()
                line, block, breaks = MarkupLine(), around, 0
                begins = False
            if not begins:
                line.nodes.append(node)
    yield line


def rewrite_line(line: MarkupLine, after: str, scrub: Callable[[str], str]) -> None:
    """Put `after`, which `scrub` and the cutting of greetings made of the line, in its place.

    The markup of its strings stays wherever these do the same to them.
    """
    if line.words == after:
        return
    each = _scrubbed([str(node) for node in line.nodes], scrub)
    if one_line("".join(each)) != after:
        each[0] = ADDRESSED.sub("", each[0].lstrip(), count=1)
    if not after or one_line("".join(each)) != after:
        each = [after] + [""] * (len(each) - 1)
    for node, text in zip(line.nodes, each, strict=True):
        node.replace_with(NavigableString(text))


def _scrubbed(texts: list[str], scrub: Callable[[str], str]) -> list[str]:
    """Each string scrubbed; those in which a name or an address begins and ends become one."""
    each = [scrub(text) for text in texts]
    for width in (2, 3, 4):
        for start in range(len(texts) - width + 1):
            span = slice(start, start + width)
            together = "".join(texts[span])
            if scrub(together) != "".join(each[span]):
                each[span] = [scrub(together)] + [""] * (width - 1)
                texts[span] = [together] + [""] * (width - 1)
    return each


def write_markup(body: Tag) -> str:
    """The elements as HTML again, without those that have nothing to say any more."""
    for element in reversed(body.find_all(True)):  # the innermost first
        if element.name in EMPTIED and next(strings_in(element), None) is None:
            element.decompose()
    return body.decode_contents().strip()


def text_of_markup(markup: str) -> str:
    """The words of HTML as plain text, a line for each block: for HTML that is too much to be read."""
    said: list[str] = []
    hidden = ""
    for piece in PIECE.finditer(markup[:MAX_MARKUP_CHARACTERS]):
        name = (piece[1] or "").lower()
        if hidden:
            closed = piece[0] == "-->" if hidden == "<!--" else piece[0].startswith("</") and name == hidden
            hidden = "" if closed else hidden
        elif piece[0] == "<!--" or (name in HIDDEN - VOID and piece[0][1] != "/"):
            hidden = name or "<!--"
        else:
            said.append(_break(name, piece[0]) if name else piece[0])
    return html.unescape("".join(said))


def _break(name: str, tag: str) -> str:
    """What a tag is in plain text."""
    if name not in LINES or not (tag.startswith("</") or name in VOID):
        return ""
    return "\n\n" if name in SPACED else "\n"
