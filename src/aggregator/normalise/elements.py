"""Which HTML elements and attributes may stand on our pages, and which go with everything in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLOCKS: Final = _names(
    "p div section article aside header footer main figure figcaption details summary blockquote pre hr br"
    " h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption thead tbody tfoot tr th td"
)
INLINE: Final = _names("a abbr b cite code del em i ins kbd q s small strong sub sup time")
DROPPED: Final = _names(
    "script style template noscript iframe object embed svg math canvas audio video"
    " select textarea button title"
)
"""Elements that go with everything in them; of all others that are not allowed only the tags go."""

ATTRIBUTES: Final[Mapping[str, set[str]]] = {
    "*": {"lang"},
    "a": {"href", "hreflang", "title"},
    "abbr": {"title"},
    "img": {"alt"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
SCHEMES: Final = {"http", "https", "mailto"}

NEVER_NESTED: Final = _names(
    "br hr img input meta link wbr col area base source track p li dt dd td th tr thead tbody tfoot option"
)
"""Elements that hold none, or that the next of their kind ends."""
