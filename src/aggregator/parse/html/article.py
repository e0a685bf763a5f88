"""Finds the main text of a page, and cuts out what changes without the document changing."""

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

# Where main text stands when a source names no place, the surest first.
MAIN_SELECTORS: Final = ("main", "[role=main]", "article", "#content")

CHROME_SELECTOR: Final = (
    "script, style, noscript, template, iframe, svg, object, nav, aside, footer, form, button,"
    " [role=navigation], [role=search], [role=banner], [role=contentinfo], [role=dialog], [role=alertdialog],"
    " [role=tooltip]"
)
# Inside a main element a `<header>` holds the document's own title and dates; in a bare body, the site's.
BODY_CHROME_SELECTOR: Final = "header"

# Parts of class names and ids that name boilerplate and nothing else.
BOILERPLATE_NAME: Final = re.compile(
    r"(?:^|[_-])(?:cookies?[_-]?(?:bar|banner|consent|notice|message|popup|wrapper|control)|gdpr|breadcrumbs?"
    r"|share[_-](?:this|page|links?|buttons?|bar|block|icons?)|sharethis|addtoany|addthis|sharedaddy"
    r"|social[_-](?:media|share|sharing|links?|icons?|buttons?)|print[_-](?:this|page|button|link|icon)"
    r"|page[_-](?:useful|helpful|feedback|rating)|(?:is|was)-this-page|skip[_-]?(?:link|to)|back[_-]?to[_-]?top"
    r"|last[_-]viewed|printed[_-]on)",
    re.IGNORECASE,
)
# Whole class names only: an id `sharing` is what software makes of a heading about data sharing.
BOILERPLATE_CLASS: Final = re.compile(
    r"(?:share|sharing|cookies?|print|printed|useful|helpful|pager|pagination)", re.I
)

# Class names of what explains a word. OGP's pages hold such explanations in the middle of sentences; their
# exact form was not seen.
GLOSSARY_CLASS: Final = re.compile(r"gloss|tool-?tip|pop-?over", re.IGNORECASE)
# An element of such a class with so few words is the word that is explained, and belongs to its sentence.
MAX_TERM_WORDS: Final = 5

# Elements and lines that are cut in one pass. Cutting looks through all that stands beside, and a page with
# more of them has no boilerplate but an attack in it.
MAX_CUTS: Final = 1_000
# An element with more than this part of the page's words is the page, whatever it is called.
MAX_SHARE: Final = 0.75

QUESTION: Final = re.compile(
    r"(?:is|was) this (?:page|information|article) (?:useful|helpful)|did you find (?:this|what you)"
    r"|is there anything wrong with this page|report a problem with this page|help us (?:to )?improve this"
    r"|(?:share|print|e-?mail|save) this(?: page| article)?\s*(?:on|:|$)|share on \w+$|back to top|skip to "
    r"|(?:we|this (?:web)?site) uses? cookies",
    re.IGNORECASE,
)
# Lines that are stamped anew without a word of the document changing.
STAMP: Final = re.compile(
    r"(?:(?:this )?page )?(?:was )?last (?:updated|reviewed|modified|viewed|visited|printed|accessed)\b"
    r"|(?:page )?(?:printed|viewed|accessed) (?:on|at|from)\b|(?:page )?updated(?: on)?\s*:",
    re.IGNORECASE,
)
MAX_LINE: Final = 120
# Characters of such a line at most, and of what stands beside a question (`Yes No Thank you`).
MAX_ANSWERS: Final = 40


def find_main(page: Tag, selector: str) -> Tag | None:
    """The element that holds the main text: what `selector` finds, else by the names that pages give it.

    Without a selector, and on a page that has none of these names, the body. An `article` counts where it is
    the only one: others are the items of a list. None when a selector finds nothing.
    """
    if selector:
        return select_first(page, selector)
    for name in MAIN_SELECTORS:
        found = select(page, name, 2)
        if found and visible_text(found[0]) and not (name == "article" and len(found) > 1):
            return found[0]
    return select_first(page, "body")


def remove_boilerplate(main: Tag, remove: Iterable[str]) -> Tag:
    """The same element without boilerplate: what `remove` finds, menus, forms, cookie bars, share and print
    blocks, explanations of words, questions about the page, and lines that say when it was printed."""
    _cut(select(main, ", ".join(remove)))
    chrome = f"{CHROME_SELECTOR}, {BODY_CHROME_SELECTOR}" if main.name == "body" else CHROME_SELECTOR
    _cut_unless_main_text(select(main, chrome), main)
    _cut_unless_main_text(filter(_is_boilerplate, main.find_all(True)), main)
    _cut_unless_main_text(filter(_is_explanation, main.find_all(True)), main)
    for node in list(islice(filter(_is_boilerplate_line, main.descendants), MAX_CUTS)):
        if not node.decomposed:
            _cut_line(node, main)
    return main


def layout_error(selector: str, what: str) -> SourceError:
    """What to say when a selector, or the usual names, find nothing on a page."""
    return SourceError(
        Cause.LAYOUT,
        f"the selector '{selector}' finds no {what}",
        "open the page in a browser, look where it stands now, and mend selectors: in sources.yaml",
    )


def _cut(elements: Iterable[Tag]) -> None:
    for element in list(islice(elements, MAX_CUTS)):
        if not element.decomposed:
            element.decompose()


def _cut_unless_main_text(elements: Iterable[Tag], main: Tag) -> None:
    """Some sites wrap a whole page in one `<form>`, or name its wrapper for the share buttons in it."""
    most = MAX_SHARE * sum(map(len, strings_in(main)))
    _cut(
        element
        for element in list(elements)
        if not element.find("h1") and sum(map(len, strings_in(element))) <= most
    )


def _is_boilerplate(element: Tag) -> bool:
    names = attribute(element, "class").split()
    named = any(BOILERPLATE_NAME.search(name) for name in (*names, attribute(element, "id")))
    return named or any(BOILERPLATE_CLASS.fullmatch(name) for name in names)


def _is_explanation(element: Tag) -> bool:
    """Whether this is the explanation of a word, not the word itself nor something around both."""
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
    """Cuts the question with its answers, and the element that holds nothing else."""
    limit = len(node) + MAX_ANSWERS
    alone: Tag | NavigableString = node
    for parent in node.parents:
        if parent is main or _is_longer(parent, limit):
            break
        alone = parent
    alone.decompose()


def _is_longer(element: Tag, limit: int) -> bool:
    """Whether an element has more than `limit` characters, or more strings than answers to a question."""
    near = list(islice(strings_in(element), MAX_ANSWERS))
    return len(near) == MAX_ANSWERS or sum(map(len, near)) > limit


def _cut_stamp(node: NavigableString) -> None:
    """Cuts the line that says when; where the label stands alone, also what stands beside it."""
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
