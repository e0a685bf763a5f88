"""Brings a text into the form in which texts are compared: without case, extra space and typography."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

ELLIPSIS: Final = "…"

# Signs that software or an editor sets in place of plain ones (WordPress, Govspeak, SmartyPants, Word).
_PLAIN: Final = str.maketrans(
    dict.fromkeys('"’‘‚‛“”„‟«»‹›`´′″ʻʼ＇＂', "'")
    | dict.fromkeys("‐‑‒–—―−⸺⸻", "-")
    | {
        "×": "x",
        "✕": "x",
        "⁄": "/",
        "→": "->",
        "←": "<-",
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "±": "+/-",
        "©": "(c)",
        "®": "(r)",
    }
    | dict.fromkeys("•●▪◦‣■□∙·", " ")
    # Marks that choose how a sign is drawn or joined, and signs without width.
    | dict.fromkeys("\ufe0e\ufe0f\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad")
)
# `½` is `1/2`, and `1½` is `1 1/2`.
_FRACTION: Final = re.compile("([¼-¾⅐-⅞])")
_DOTS: Final = re.compile(r"[\[(]?\s?(?:\.(?:\s?\.){2,}|…)\s?[\])]?")
_QUOTES: Final = re.compile("''+")
_GUILLEMETS: Final = re.compile(r"(?<=[«‹])\s+|\s+(?=[»›])")
# Not the sign of a number after a space, as in `by -5`.
_DASH: Final = re.compile(r"\s*-(?:\s*-)+\s*|\s*-\s+|\s+-(?=[^\W\d])")
_TIMES: Final = re.compile(r"(?<=\d)\s*[x*]\s*(?=\d)")
_CURRENCY: Final = re.compile(r"(?<=[£$€])\s+(?=\d)")
_ASTERISK: Final = re.compile(r"(?<!\S)\*(?=\s)")
_SPACE_BEFORE: Final = re.compile(r"\s+(?=[,.;:!?)\]%](?:\s|$))")
_SPACE_AFTER: Final = re.compile(r"(?<=[(\[])\s+")


def comparable_text(text: str) -> str:
    """Return the text without case, extra white space and typography.

    Quotes, dashes, ellipses, fractions and signs of multiplication are plain. A sign that changes a number
    stays: `-5` is not `5`.
    """
    # NFKC would make an `o` of the other sign of degrees.
    plain = _GUILLEMETS.sub("", _FRACTION.sub(r" \1", text.replace("º", "°")))
    # NFKC makes three dots of an ellipsis, `TM` of the sign, and plain digits of raised ones.
    plain = unicodedata.normalize("NFKC", plain).translate(_PLAIN).casefold()
    plain = _DOTS.sub(f"{ELLIPSIS} ", plain).replace("(tm)", "tm")
    plain = _QUOTES.sub("'", _DASH.sub("-", plain))
    plain = _SPACE_AFTER.sub("", _SPACE_BEFORE.sub("", _TIMES.sub("x", plain)))
    plain = _ASTERISK.sub(" ", _CURRENCY.sub("", plain))
    return " ".join(plain.split())
