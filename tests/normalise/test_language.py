"""The language of a document."""

from __future__ import annotations

import pytest

from aggregator.normalise.language import detect_language

WELSH = "Mae Llywodraeth Cymru wedi cyhoeddi adroddiad ar y cynllun gweithredu"
GAELIC = "Plana gnìomha airson riaghaltas fosgailte ann an Alba airson nam bliadhnaichean"
ENGLISH = "Read out from the UK Multi-Stakeholder Forum on open government"


@pytest.mark.parametrize(
    ("stated", "url", "default", "text", "expected"),
    [
        ("en-US", "https://www.gov.uk/x", "en", ENGLISH, "en"),
        ("en", "https://www.gov.wales/x", "en", WELSH, "cy"),
        ("en", "https://www.gov.scot/x", "en", GAELIC, "gd"),
        ("cy", "https://www.gov.wales/x", "cy", ENGLISH, "en"),
        ("en", "https://www.gov.uk/x.cy", "en", ENGLISH, "cy"),
        ("en", "https://www.llyw.cymru/x", "en", "", "cy"),
        ("cy-GB", "https://www.gov.wales/x", "en", "Cofnodion", "cy"),
        (None, "https://www.gov.wales/x", "cy", "FOI 2026", "cy"),
        ("en", None, "en", "Llandudno Conwy", "en"),
    ],
)
def test_the_address_decides_then_the_text_then_the_stated_language(
    stated: str | None, url: str | None, default: str, text: str, expected: str
) -> None:
    assert detect_language(stated, url, default, text) == expected
