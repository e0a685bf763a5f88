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


@pytest.mark.parametrize(
    ("stated", "language"),
    [
        ("en-GB", "en"),
        ("cym", "cy"),
        ("ga-IE", "ga-IE"),
        ("zh_Hant", "zh-Hant"),
        ("PL", "pl"),
        # None of these names a language, so that the source's counts.
        ("x-default", "gd"),
        ("und", "gd"),
        ("English", "gd"),
    ],
)
def test_a_language_that_we_do_not_know_stays_as_it_is_stated(stated: str, language: str) -> None:
    irish = "Focail i nGaeilge faoin bplean don rialtas oscailte sa bhliain seo"
    text = irish if language not in ("en", "cy", "gd") else ""
    assert detect_language(stated, None, "gd", text) == language
