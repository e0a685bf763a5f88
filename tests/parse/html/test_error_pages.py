"""Bot checks, login pages and error pages with status 200 are recognised."""

from __future__ import annotations

import pytest

from aggregator.errors import Cause, SourceError
from aggregator.parse.html.dom import parse_html, refuse_error_page


def page(title: str, body: str) -> bytes:
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>".encode()


@pytest.mark.parametrize(
    ("payload", "detail"),
    [
        (page("Just a moment...", "<p>Checking</p>"), "a bot check titled 'Just a moment...'"),
        (page("", "<h1>Access Denied</h1><p>Reference 18</p>"), "a bot check"),
        (page("Example", "<p>Complete the captcha to go on</p>"), "a bot check titled 'Example'"),
        (
            page("Attention Required! | Cloudflare", "x" * 5_000),
            "a bot check titled 'Attention Required! | Cl",
        ),
        (page("Members", "<form><input type=password></form>"), "a login page titled 'Members'"),
        (page("Log in - Example", "<p>Please</p>"), "a login page titled 'Log in - Example'"),
        (
            page("Page not found - gov.scot", "<p>Sorry</p>"),
            "an error page titled 'Page not found - gov.scot'",
        ),
        (page("404 - Not Found", ""), "an error page titled '404 - Not Found'"),
        (page("503 Service Unavailable", ""), "an error page titled '503 Service Unavailable'"),
        (page("Error", ""), "an error page titled 'Error'"),
    ],
)
def test_what_came_in_place_of_the_page_is_named(payload: bytes, detail: str) -> None:
    with pytest.raises(SourceError) as caught:
        refuse_error_page(parse_html(payload, {}))

    assert caught.value.cause is Cause.NOT_A_FEED
    assert caught.value.detail.startswith(detail)
    assert caught.value.detail.endswith("came in place of a page")


@pytest.mark.parametrize(
    "payload",
    [
        page("Open government", "<p>The plan.</p>"),
        page("500 commitments published", "<p>The plan.</p>"),
        page("Error rates in benefits", "<p>The plan.</p>"),
        page("Example", "<p>This site is protected by reCAPTCHA.</p>"),
        page("Example", '<script src="https://cdnjs.cloudflare.com/x.js"></script><p>The plan.</p>'),
        page("Example", f"<p>{'Long text. ' * 100}</p><p>The captcha was tested.</p>"),
        page("Example", f"<p>{'Long text. ' * 100}</p><form><input type=password></form>"),
    ],
)
def test_a_page_that_speaks_of_such_things_is_a_page(payload: bytes) -> None:
    refuse_error_page(parse_html(payload, {}))
