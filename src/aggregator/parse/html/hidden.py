"""Finds the parts of a page that nobody sees: hidden elements, words for screen readers, and badges."""

from __future__ import annotations

import copy
import re
from itertools import islice
from typing import Final

from aggregator.parse.html.dom import Tag, attribute, visible_text

STYLE: Final = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE)
# Classes of words for screen readers: GOV.UK, the NHS, Bootstrap, WordPress, Drupal.
SPOKEN_CLASS: Final = re.compile(
    r"(?:[a-z]+-)?(?:u-)?visually-?hidden(?:-focusable)?|sr-only(?:-focusable)?|screen-?reader(?:s)?"
    r"(?:-only|-text)?|element-invisible",
    re.IGNORECASE,
)
# Classes that hide, unless another class shows the element again on a wide screen (`d-none d-md-block`).
HIDING_CLASS: Final = re.compile(r"hidden|d-none|is-hidden|u-hidden|js-hidden", re.IGNORECASE)
SHOWING_CLASS: Final = re.compile(r".*:.*|d-(?!none).*|visible-.*", re.IGNORECASE)
BADGE_CLASS: Final = re.compile(r"(?:.*[-_])?badge(?:[-_].*)?|govuk-tag(?:--.*)?", re.IGNORECASE)
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
        (element.has_attr("hidden") and attribute(element, "hidden").lower() != "until-found")
        or attribute(element, "aria-hidden").lower() == "true"
        or (element.name == "dialog" and not element.has_attr("open"))
        or STYLE.search(attribute(element, "style")) is not None
        or any(map(SPOKEN_CLASS.fullmatch, classes))
        or (any(map(HIDING_CLASS.fullmatch, classes)) and not any(map(SHOWING_CLASS.fullmatch, classes)))
        or (any(map(BADGE_CLASS.fullmatch, classes)) and len(visible_text(element)) <= MAX_BADGE)
    )


def remove_hidden(main: Tag) -> None:
    """Remove what nobody sees from the element, in place, unless hardly any text is left without it."""
    hidden = _hidden_parts(main)
    within = {id(string) for part in (*hidden, *main.find_all("h1")) for string in part.find_all(string=True)}
    seen = sum(len(one.strip()) for one in main.find_all(string=True) if id(one) not in within)
    if seen >= MIN_TEXT:
        for part in hidden:
            if not part.decomposed:
                part.decompose()


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
