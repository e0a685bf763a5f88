"""Finds the main text of a page and removes the parts that change although the document does not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import Final, TypeGuard

from aggregator.errors import Cause, SourceError
from aggregator.parse.html.dom import (
    NavigableString,
    PageElement,
    Tag,
    attribute,
    block_around,
    rest_of_line,
    select,
    select_first,
    starts_line,
    strings_in,
    visible_text,
)
from aggregator.parse.html.hidden import remove_hidden

# Where to look for the main text when the source gives no selector, the most reliable first.
MAIN_SELECTORS: Final = ("main", "[role=main]", "article", "#content")

CHROME_SELECTOR: Final = (
    "script, style, noscript, template, iframe, svg, object, nav, aside, footer, form, button,"
    " [role=navigation], [role=search], [role=banner], [role=contentinfo], [role=dialog], [role=alertdialog],"
    " [role=tooltip]"
)
# Inside a main element `<header>` has the document's own title and dates. In a bare body it is the site's.
BODY_CHROME_SELECTOR: Final = "header"

# Parts of class names and ids that only boilerplate has.
BOILERPLATE_NAME: Final = re.compile(
    r"(?:^|[_-])(?:cookies?[_-]?(?:bar|banner|consent|notice|message|popup|wrapper|control)|gdpr|breadcrumbs?"
    r"|share[_-](?:this|page|links?|buttons?|bar|block|icons?)|sharethis|addtoany|addthis|sharedaddy"
    r"|social[_-](?:media|share|sharing|links?|icons?|buttons?)|print[_-](?:this|page|button|link|icon)"
    r"|page[_-](?:useful|helpful|feedback|rating)|(?:is|was)-this-page|skip[_-]?(?:link|to)|back[_-]?to[_-]?top"
    r"|last[_-]viewed|printed[_-]on|feefo|trustpilot|testimonials?|random[_-](?:quote|image|post)"
    r"|(?:hit|visitor|view|page)[_-]?count(?:er)?)",
    re.IGNORECASE,
)
# Compared with whole class names, never with ids: a heading about data sharing gets the id `sharing`.
BOILERPLATE_CLASS: Final = re.compile(
    r"(?:share|sharing|cookies?|print|printed|useful|helpful|pager|pagination)", re.I
)

# Classes of glossary tooltips. OGP's pages have their text in the middle of sentences, so a new glossary
# would look like a change of every page. Their exact markup was not seen.
GLOSSARY_CLASS: Final = re.compile(r"gloss|tool-?tip|pop-?over", re.IGNORECASE)
# A glossary element with so few words is the explained word itself. It belongs to its sentence.
MAX_TERM_WORDS: Final = 5

# Elements and lines removed in one pass. Each removal looks at all siblings, so time grows with the square;
# a page with more of them is an attack.
MAX_CUTS: Final = 1_000
# An element with more than this share of the page's characters is the page itself, whatever its class says.
MAX_SHARE: Final = 0.75

QUESTION: Final = re.compile(
    r"(?:is|was) this (?:page|information|article) (?:useful|helpful)|did you find (?:this|what you)"
    r"|is there anything wrong with this page|report a problem with this page|help us (?:to )?improve this"
    r"|(?:share|print|e-?mail|save) this(?: page| article)?\s*(?:on|:|$)|share on \w+$|back to top|skip to "
    r"|(?:we|this (?:web)?site) uses? cookies",
    re.IGNORECASE,
)
# Lines that sites stamp anew although no word of the document changed.
STAMP: Final = re.compile(
    r"(?:(?:this )?page )?(?:was )?last (?:updated|reviewed|modified|viewed|visited|printed|accessed)\b"
    r"|(?:page )?(?:printed|viewed|accessed) (?:on|at|from)\b|(?:page )?updated(?: on)?\s*:",
    re.IGNORECASE,
)
# Characters of such a line.
MAX_LINE: Final = 120
# Characters beside a question, such as `Yes No Thank you`.
MAX_ANSWERS: Final = 40


def find_main(page: Tag, selector: str) -> Tag | None:
    """The element with the main text: what `selector` finds, else the first of `MAIN_SELECTORS`, else the
    body.

    None when the selector finds nothing.
    """
    if selector:
        return select_first(page, selector)
    for name in MAIN_SELECTORS:
        found = select(page, name, 2)
        # Several articles are the items of a list, not the main text.
        if found and visible_text(found[0]) and not (name == "article" and len(found) > 1):
            return found[0]
    return select_first(page, "body")


def remove_boilerplate(main: Tag, remove: Iterable[str]) -> Tag:
    """Remove boilerplate from the element, in place, and return it.

    Removed are: what the selectors in `remove` find, what nobody sees (`remove_hidden`), menus, forms, cookie
    bars, share and print blocks, glossary tooltips, questions about the page (`Is this page useful?`) and
    date stamps (`Last viewed on …`).
    """
    _cut(select(main, ", ".join(remove)))
    remove_hidden(main)
    chrome = f"{CHROME_SELECTOR}, {BODY_CHROME_SELECTOR}" if main.name == "body" else CHROME_SELECTOR
    _cut_unless_main_text(select(main, chrome), main)
    _cut_unless_main_text(filter(_is_boilerplate, main.find_all(True)), main)
    _cut_unless_main_text(filter(_is_explanation, main.find_all(True)), main)
    for node in list(islice(filter(_is_boilerplate_line, main.descendants), MAX_CUTS)):
        if not node.decomposed:
            _cut_line(node, main)
    return main


def layout_error(selector: str, what: str) -> SourceError:
    """The error for a selector that finds nothing on a page."""
    return SourceError(
        Cause.LAYOUT,
        f"the selector '{selector}' finds no {what}",
        "open the page in a browser, look where it is now, and correct selectors: in sources.yaml",
    )


def _cut(elements: Iterable[Tag]) -> None:
    for element in list(islice(elements, MAX_CUTS)):
        if not element.decomposed:
            element.decompose()


def _cut_unless_main_text(elements: Iterable[Tag], main: Tag) -> None:
    """Remove elements, but none with the heading or most of the text in it."""
    # Some sites wrap a whole page in one `<form>`, or name its wrapper after the share buttons in it.
    limit = MAX_SHARE * sum(map(len, strings_in(main)))
    _cut(
        element
        for element in list(elements)
        if not element.find("h1") and sum(map(len, strings_in(element))) <= limit
    )


def _is_boilerplate(element: Tag) -> bool:
    names = attribute(element, "class").split()
    named = any(BOILERPLATE_NAME.search(name) for name in (*names, attribute(element, "id")))
    return named or any(BOILERPLATE_CLASS.fullmatch(name) for name in names)


def _is_explanation(element: Tag) -> bool:
    """Whether this is the explanation of a word: not the word itself, nor an element around both."""
    return (
        _in_glossary(element)
        and len(visible_text(element).split()) > MAX_TERM_WORDS
        and not any(map(_in_glossary, element.find_all(True)))
    )


def _in_glossary(element: Tag) -> bool:
    return bool(GLOSSARY_CLASS.search(attribute(element, "class")))


def _is_boilerplate_line(node: PageElement) -> TypeGuard[NavigableString]:
    return type(node) is NavigableString and bool(
        QUESTION.match(_opening(node)) or STAMP.match(_opening(node))
    )


def _opening(node: NavigableString) -> str:
    return " ".join(node[: MAX_LINE * 4].split())


def _cut_line(node: NavigableString, main: Tag) -> None:
    if QUESTION.match(_opening(node)) and len(_opening(node)) <= MAX_LINE:
        _cut_question(node, main)
    elif STAMP.match(_opening(node)) and starts_line(node):
        _cut_stamp(node)


def _cut_question(node: NavigableString, main: Tag) -> None:
    """Remove the question with its answers, and the elements that contain nothing else."""
    limit = len(node) + MAX_ANSWERS
    removable: Tag | NavigableString = node
    for parent in node.parents:
        if parent is main or _is_longer(parent, limit):
            break
        removable = parent
    removable.decompose()


def _is_longer(element: Tag, limit: int) -> bool:
    """Whether an element has more than `limit` characters, or more strings than answers to a question."""
    strings = list(islice(strings_in(element), MAX_ANSWERS))
    return len(strings) == MAX_ANSWERS or sum(map(len, strings)) > limit


def _cut_stamp(node: NavigableString) -> None:
    """Remove a date stamp: the line, or a label alone in its line and the date in the next element."""
    line = [node, *(after for after in rest_of_line(node) if type(after) is NavigableString)]
    block = block_around(node)
    value = block.find_next_sibling() if block and not _has_date("".join(line)) else None
    if isinstance(value, Tag) and _has_date(visible_text(value)):
        value.decompose()
    elif not _has_date("".join(line)):
        return
    for part in line:
        part.extract()


def _has_date(text: str) -> bool:
    return len(text) <= MAX_LINE and any(map(str.isdigit, text))
