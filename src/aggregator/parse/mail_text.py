"""Makes what a message announces out of its HTML or text: without the letter around it, without persons."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from aggregator.errors import SourceError
from aggregator.parse.html import NavigableString, Tag, attribute, block_around, select, soup, strings_in
from aggregator.parse.mail_letter import LEAVING, strip_letter
from aggregator.parse.mail_message import Attachment, Header, Mail
from aggregator.parse.mail_persons import GONE_ADDRESS, GONE_NUMBER, Persons, persons_of, safe_link

LONGEST: Final = 300_000
LINES: Final = 3_000
"""Characters of a message that are looked at, and lines of its text."""
TAGS: Final = 5_000
"""Of a message with more tags the text is taken: word processors write some 3,000 for a long report."""
DEEPEST: Final = 60
"""Elements inside each other; mail programs lay tables into tables. 5,000 took a second to parse."""
TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
VOID: Final = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"})

BULLET: Final = re.compile(r"(?:[-*•·–]|\d{1,2}[.)])\s")
SPACED: Final = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre", "hr"}
)
REMOVED: Final = (
    "script, style, head, title, img, .gmail_signature, [data-smartmail], #Signature, .moz-signature"
    ", .moz-cite-prefix, [style*='display:none'], [style*='display: none']"
)
"""What nobody reads, pictures, and what mail programs themselves mark as a signature or as being quoted."""
EMPTIED: Final = ("a", "b", "em", "i", "li", "span", "strong", "u")
"""What says nothing once its words are gone; a link could still lead where its words did."""
UNITS: Final = ((1_000_000, "MB"), (1_000, "kB"))


@dataclass(slots=True)
class _Line:
    """A line as people see it on the page, and the strings that it is made of; empty for a gap."""

    nodes: list[NavigableString] = field(default_factory=list)

    @property
    def words(self) -> str:
        return _folded("".join(self.nodes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What a message announces."""

    content: str
    """HTML, still unsafe. What is attached stands below by name, type and size: it has no address."""
    persons: Persons
    """Who is not to be named, in its title neither."""


def announcement(mail: Mail, *, forwarded: bool) -> Announcement:
    """Of a message's HTML where that can be read, else of its text."""
    said = _from_markup(mail, forwarded) or _from_text(mail, forwarded)
    attached = _attached(mail.attachments, said.persons)
    return Announcement(content=said.content + attached, persons=said.persons)


def _from_markup(mail: Mail, forwarded: bool) -> Announcement | None:
    body = _body(mail)
    if body is None:
        return None
    for element in select(body, REMOVED):
        element.decompose()
    _mend_links(body)
    lines = list(_lines(body))
    words = [line.words for line in lines]
    said, persons = _publishable(mail.header, words, forwarded)
    if not any(said):
        return None
    for line, before, after in zip(lines, words, said, strict=True):
        _rewrite(line, before, after, persons)
    for element in reversed(body.find_all(EMPTIED)):  # the innermost first
        if next(strings_in(element), None) is None:
            element.decompose()
    return Announcement(content=body.decode_contents().strip(), persons=persons)


def _from_text(mail: Mail, forwarded: bool) -> Announcement:
    lines = mail.text[:LONGEST].split("\n")[:LINES]
    said, persons = _publishable(mail.header, [_folded(line) for line in lines], forwarded)
    paragraphs = re.split(r"\n{2,}", "\n".join(said).strip("\n"))
    content = "".join(f"<p>{_paragraph(text)}</p>" for text in paragraphs if text)
    return Announcement(content=content, persons=persons)


def _publishable(header: Header, lines: Sequence[str], forwarded: bool) -> tuple[list[str], Persons]:
    kept = strip_letter(lines, forwarded=forwarded)
    persons = persons_of(header, kept)
    return [persons.scrub(line) for line in kept], persons


def _paragraph(text: str) -> str:
    """The lines of a paragraph in one; the items of a list each on their own."""
    lines = (html.escape(line, quote=False) for line in text.split("\n"))
    return "".join(f"<br>{line}" if BULLET.match(line) else f" {line}" for line in lines).removeprefix(" ")


def _body(mail: Mail) -> Tag | None:
    """The elements of HTML that can be read; None for too much, for none, and for plain text in a `<pre>`."""
    markup = mail.markup
    if not markup.strip() or len(markup) > LONGEST or markup.count("<") > TAGS or _is_deep(markup):
        return None
    try:
        body = soup(f"<!doctype html><html><body>{markup}".encode(), {}).body
    except SourceError:
        return None
    return None if body and mail.text.strip() and body.find("pre") else body


def _is_deep(markup: str) -> bool:
    """Whether more elements are open at once than a message has, however they are closed."""
    opened: Counter[str] = Counter()
    for tag in TAG.finditer(markup):
        name = tag[2].lower()
        opened[name] += 0 if name in VOID else -1 if tag[1] and opened[name] else not tag[1]
        if opened.total() > DEEPEST:
            return True
    return False


def _mend_links(body: Tag) -> None:
    """Unpack links, and unwrap those that lead to a person, or out of the list."""
    for link in body.find_all("a"):
        href = attribute(link, "href")
        scheme = href.partition(":")[0].lower()
        kept = safe_link(href) if href else None
        if scheme in {"mailto", "tel", "sms", "callto"}:
            link.replace_with(GONE_ADDRESS if scheme == "mailto" else GONE_NUMBER)
        elif kept is None or LEAVING.search(unquote(kept)):
            link.unwrap()
        else:
            link["href"] = kept


def _lines(body: Tag) -> Iterator[_Line]:
    """The lines of a page in its order: a block or a line break begins one; paragraphs stand apart."""
    line, block, breaks = _Line(), body, 0
    for node in body.descendants:
        if isinstance(node, Tag):
            breaks += 1 if node.name == "br" else 0
        elif type(node) is NavigableString:
            around = block_around(node) or body
            if around is not block or breaks:
                if not node.strip():
                    continue
                gap = breaks + (around is not block) > 1 or bool({around.name, block.name} & SPACED)
                yield line
                if gap:
                    yield _Line()
                line = _Line()
            line.nodes.append(node)
            block, breaks = around, 0
    yield line


def _rewrite(line: _Line, before: str, after: str, persons: Persons) -> None:
    """Put `after` in the place of the line, leaving its markup as it is where that is possible."""
    if before == after:
        return
    each = [persons.scrub(str(node)) for node in line.nodes]
    if not after or _folded("".join(each)) != after:
        each = [after] + [""] * (len(each) - 1)
    for node, text in zip(line.nodes, each, strict=True):
        node.replace_with(NavigableString(text))


def _attached(attachments: Sequence[Attachment], persons: Persons) -> str:
    items = (
        f"<li>Attachment: {html.escape(persons.scrub(_file(one.name)), quote=False)}"
        f" ({html.escape(one.type, quote=False)}, {_size(one.size)})</li>"
        for one in attachments
    )
    listed = "".join(items)
    return f"<ul>{listed}</ul>" if listed else ""


def _file(name: str) -> str:
    """A file's name without the folders that it lay in."""
    return _folded(re.split(r"[/\\]", name)[-1])[:200] or "without a name"


def _size(size: int) -> str:
    for unit, name in UNITS:
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{size} bytes"


def _folded(text: str) -> str:
    return " ".join(text.split())
