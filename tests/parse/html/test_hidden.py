"""What nobody sees of a page is neither its text nor its title."""

from __future__ import annotations

import pytest

from tests.parse.html.sources import entry
from tests.support.builders import make_source

PAGE = make_source(kind="page")
TEXT = "<p>The plan has nine commitments for the years to come.</p>"


def page(title: str, inside: str) -> str:
    return f"<!doctype html><html lang=en><body><main><h1>{title}</h1>{TEXT}{inside}</main></body></html>"


HIDDEN = [
    "<div hidden>Draft</div>",
    '<div style="color: red; display:none">Draft</div>',
    '<p style="visibility: hidden">Draft</p>',
    '<span aria-hidden="true">Draft</span>',
    '<span class="govuk-visually-hidden">Draft</span>',
    '<span class="a visually-hidden">Draft</span>',
    '<span class="sr-only">Draft</span>',
    '<span class="screen-reader-text">Draft</span>',
    '<span class="badge badge-new">Draft</span>',
    '<strong class="govuk-tag govuk-tag--grey">Draft</strong>',
    "<dialog>Draft</dialog>",
    '<div class="d-none">Draft</div>',
    f"<div hidden>{'Draft ' * 200}</div>",
]


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_part_that_nobody_sees_is_neither_text_nor_title(hidden: str) -> None:
    seen = entry(PAGE, page(f"Open plan {hidden.replace('div', 'span')}", hidden))
    assert (seen.title, seen.content) == ("Open plan", TEXT)


@pytest.mark.parametrize(
    "shown",
    [
        '<div class="d-none d-md-block">More</div>',
        '<div hidden="until-found">More</div>',
        '<div aria-hidden="false">More</div>',
        '<div class="blue-badge">A blue badge is a parking permit for disabled people.</div>',
        "<dialog open>More</dialog>",
    ],
)
def test_a_part_that_readers_see_stays(shown: str) -> None:
    assert entry(PAGE, page("Open plan", shown)).text.endswith(("come. More", "disabled people."))


def test_a_text_that_a_script_shows_later_is_kept() -> None:
    whole = f'<!doctype html><body><main><h1>Plan</h1><div style="display:none">{TEXT}</div></main></body>'
    assert TEXT in (entry(PAGE, whole).content or "")
