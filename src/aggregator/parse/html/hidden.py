"""Finds the parts of a page that nobody sees: hidden elements, words for screen readers, and badges."""

from __future__ import annotations

import copy
import re
from itertools import islice
from typing import Final

from aggregator.errors import SourceError
from aggregator.parse.html.dom import Tag, attribute, parse_html, visible_text

STYLE: Final = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em)?\s*(?:;|!|$)"
    r"|clip\s*:\s*rect|clip-path\s*:\s*inset\(\s*(?:50|100)%|(?:left|top|right|text-indent)\s*:\s*-\d{4,}(?:px|em))"
    r"|\A(?=.*(?:^|;)\s*overflow\s*:\s*hidden)(?=.*(?:^|;)\s*(?:max-)?(?:height|width)\s*:\s*[01](?:px)?\s*(?:;|!|$))",
    re.IGNORECASE | re.DOTALL,
)
# Classes of words for screen readers: GOV.UK, the NHS, Bootstrap, WordPress, Drupal.
SPOKEN_CLASS: Final = re.compile(
    r"(?:[a-z]+-)?(?:u-)?visually-?hidden(?:-focusable)?|sr-only(?:-focusable)?|screen-?reader(?:s)?"
    r"(?:-only|-text)?|element-invisible"
    r"|(?:a11y|accessib\w+)-hidden|assistive-text|off-?screen|print-only|visible-print(?:-\w+)?",
    re.IGNORECASE,
)
# Classes that hide, unless another class shows the element again on a wide screen (`d-none d-md-block`).
HIDING_CLASS: Final = re.compile(r"(?:is-|u-|js-|ng-)?(?:hidden|hide)|d-none|invisible", re.IGNORECASE)
SHOWING_CLASS: Final = re.compile(r".*:.*|d-(?!none).*|visible-.*", re.IGNORECASE)
BADGE_CLASS: Final = re.compile(r"(?:.*[-_])?badge(?:[-_].*)?|govuk-tag(?:--.*)?", re.IGNORECASE)
# What HTML with something hidden has in it.
HINT: Final = re.compile(
    r"<[^<>]*(?:hid|invisib|display\s*:|overflow|font-size\s*:\s*0|clip|-\d{4}|sr-only|screen|assistive|d-none"
    r"|print|badge|govuk-tag)|<dialog",
    re.IGNORECASE,
)
# Characters of a badge, such as `New` or `Updated today`.
MAX_BADGE: Final = 40
# Some sites hide their whole text until a script shows it: fewer characters than this are no text.
MIN_TEXT: Final = 25
# Elements removed from one page.
MAX_HIDDEN: Final = 1_000


def is_hidden(element: Tag) -> bool:
    """Whether readers do not see the element, or see it as a badge."""
    classes = attribute(element, "class").split()
    return (
        is_styled_away(element)
        or attribute(element, "aria-hidden").lower() == "true"
        or (element.name == "dialog" and not element.has_attr("open"))
        or any(map(SPOKEN_CLASS.fullmatch, classes))
        or (any(map(HIDING_CLASS.fullmatch, classes)) and not any(map(SHOWING_CLASS.fullmatch, classes)))
        or (any(map(BADGE_CLASS.fullmatch, classes)) and len(visible_text(element)) <= MAX_BADGE)
    )


def is_styled_away(element: Tag) -> bool:
    """Whether an element says itself that it is not shown. The classes of mails depend on the screen."""
    by_attribute = element.has_attr("hidden") and attribute(element, "hidden").lower() != "until-found"
    return by_attribute or STYLE.search(attribute(element, "style")) is not None


def remove_hidden(main: Tag) -> None:
    """Remove what nobody sees from the element, in place, unless hardly any text is left without it."""
    hidden = _hidden_parts(main)
    within = {id(string) for part in (*hidden, *main.find_all("h1")) for string in part.find_all(string=True)}
    seen = sum(len(one.strip()) for one in main.find_all(string=True) if id(one) not in within)
    if seen >= MIN_TEXT:
        for part in hidden:
            if not part.decomposed:
                part.decompose()


def without_hidden(markup: str) -> str:
    """Return the HTML of a feed's item without what nobody sees; as it is if nothing is hidden."""
    if not HINT.search(markup):
        return markup
    try:
        body = parse_html(f"<!doctype html><html><body>{markup}".encode("utf-8", "replace"), {}).body
    except SourceError:
        return markup
    if body is None or not any(map(is_hidden, body.find_all(True))):
        return markup
    remove_hidden(body)
    return body.decode_contents().strip()


def shown_text(element: Tag | None) -> str:
    """The text as one line that readers see; all of it if they see nothing."""
    if element is None:
        return ""
    shown = copy.copy(element)
    for part in _hidden_parts(shown):
        if not part.decomposed:
            part.decompose()
    return visible_text(shown) or visible_text(element)


def _hidden_parts(element: Tag) -> list[Tag]:
    return list(islice(filter(is_hidden, element.find_all(True)), MAX_HIDDEN))
