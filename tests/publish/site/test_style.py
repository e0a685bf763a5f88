"""The style sheet: enough contrast for everybody in both colour schemes, and no dependence on others."""

from __future__ import annotations

import re

import pytest

from tests.publish.feed_readers import published_bytes
from tests.support.builders import make_snapshot

CSS = published_bytes(make_snapshot(), "style.css").decode()
TEXT_ON = {
    "--ink": ("--paper", "--sheet", "--soon"),
    "--quiet": ("--paper", "--sheet", "--soon"),
    "--link": ("--paper", "--sheet", "--soon"),
    "--seen": ("--paper", "--sheet", "--soon"),
    "--fault": ("--sheet",),
    "--head-ink": ("--head",),
    "--head-quiet": ("--head",),
    "--head": ("--head-ink",),
    "--new-ink": ("--new",),
    "--changed-ink": ("--changed",),
}


def schemes() -> list[dict[str, str]]:
    """The colours of the light scheme, and of the dark one on top of them."""
    light, dark = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2]
    colours = dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]{6})", light))
    return [colours, colours | dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]{6})", dark))]


def luminance(colour: str) -> float:
    """WCAG 2.2, "relative luminance"."""
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


@pytest.mark.parametrize("colours", schemes(), ids=["light", "dark"])
def test_every_text_has_a_contrast_of_at_least_four_and_a_half_to_one(colours: dict[str, str]) -> None:
    for text, grounds in TEXT_ON.items():
        for ground in grounds:
            darker, lighter = sorted((luminance(colours[text]), luminance(colours[ground])))
            assert (lighter + 0.05) / (darker + 0.05) >= 4.5, f"{text} on {ground}"


def test_the_style_sheet_loads_nothing_and_closes_what_it_opens() -> None:
    assert not re.search(r"url\(|@import|@font-face|https?:", CSS)
    assert CSS.count("{") == CSS.count("}")


def test_the_page_is_laid_out_for_small_screens_print_dark_and_still() -> None:
    for query in (
        "max-width: 59.99rem",
        "media print",
        "prefers-color-scheme: dark",
        "prefers-reduced-motion: reduce",
    ):
        assert query in CSS
    assert ":focus-visible" in CSS
