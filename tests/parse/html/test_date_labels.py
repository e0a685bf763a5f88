"""Values beside labels, in the markup of the publishers."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.parse.html.date_labels import labelled_values, meeting_claims, read_labels
from aggregator.parse.html.dom import parse_html
from tests.parse.answers import SAMPLES


def values_of(markup: str | bytes, **labels: str) -> dict[str, str]:
    payload = markup.encode() if isinstance(markup, str) else markup
    return read_labels(
        parse_html(payload, {}), {name.replace("_", " "): means for name, means in labels.items()}
    )


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ("<dl><dt>Published</dt><dd>17 March 2026</dd></dl>", {"published": "17 March 2026"}),
        ("<dl><div><dt>Date of meeting:</dt>\n<dd>4 March 2026</dd></div></dl>", {"held": "4 March 2026"}),
        ("<dl><dt>DATE OF NEXT MEETING</dt><dd>3 June 2026</dd></dl>", {"next": "3 June 2026"}),
        ("<table><tr><th>Closing date</th><td>3/5/2026</td></tr></table>", {"closes": "3/5/2026"}),
        ("<table><tr><td>Closes</td><td>3 May 2026</td></tr></table>", {"closes": "3 May 2026"}),
        ("<p>Closes: 5pm on 3 May 2026</p>", {"closes": "5pm on 3 May 2026"}),
        ("<p><strong>Closes:</strong> 3 May 2026</p>", {"closes": "3 May 2026"}),
        ("<p><strong>Closes</strong>: 3 May 2026</p>", {"closes": "3 May 2026"}),
        ("<p class='x'><span>Closes</span> 29 Oct 2026</p>", {"closes": "29 Oct 2026"}),
        ("<p>Date Submitted 27th October 2025</p>", {"published": "27th October 2025"}),
        ("<p>Closes Friday 6 June 2026</p>", {"closes": "Friday 6 June 2026"}),
        (
            "<div><div class='label'>Consultation ends:</div><div>16 October 2026</div></div>",
            {"closes": "16 October 2026"},
        ),
        ("<div><h3>Opens</h3></div><div><p>1 May 2026</p></div>", {"opens": "1 May 2026"}),
        (
            "<p>Published: 3 May 2026<br>Updated: 4 May 2026</p>",
            {"published": "3 May 2026", "updated": "4 May 2026"},
        ),
        (
            "<p>Opened: <time datetime='2026-08-20T12:00:00Z'>20 August 2026</time> by us</p>",
            {"opens": '<time datetime="2026-08-20T12:00:00Z">20 August 2026</time>'},
        ),
    ],
)
def test_a_label_is_read_in_every_form_with_and_without_a_colon(markup: str, found: dict[str, str]) -> None:
    assert values_of(markup) == found


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Published by the 3 example departments</p>",
        "<p>The plan Closes: 3 May 2026</p>",
        "<p>The plan <b>Closes</b> 3 May 2026</p>",
        "<p>Closesoon: 3 May 2026</p>",
        "<dl><dt>Date of next meeting</dt><dd>to be confirmed</dd></dl>",
        "<dl><dt>Closes</dt><dt>Plan 2026</dt><dd>3 May 2026</dd></dl>",
        f"<h2>Published</h2><div>{'word ' * 30} 2026</div>",
        f"<h2>Published</h2><div>{'word ' * 30}<time>3 May 2026</time></div>",
        f"<p>Published: {'word ' * 30} 2026</p>",
        "<script>Closes: 3 May 2026</script>",
    ],
)
def test_a_sentence_a_label_without_a_value_and_a_long_text_are_ignored(markup: str) -> None:
    assert values_of(markup) == {}


def test_the_first_value_of_a_label_counts() -> None:
    page = "<p>Published: 3 May 2026</p><ul><li>Published: 1 May 2020</li></ul>"

    assert values_of(page) == {"published": "3 May 2026"}
    assert list(labelled_values(parse_html(page.encode(), {}), {})) == [
        ("published", "3 May 2026"),
        ("published", "1 May 2020"),
    ]


def test_a_source_adds_labels_of_its_own_and_may_read_one_otherwise() -> None:
    page = "<p>Responses by: 3 May 2026</p><p>Published: 1 May 2026</p><p>Status: Open</p>"

    assert values_of(page, Responses_by="closes", published="updated", Status="type") == {
        "closes": "3 May 2026",
        "updated": "1 May 2026",
        "type": "Open",
    }


def test_the_longest_label_that_fits_is_the_label() -> None:
    assert values_of("<p>Closes early 3 May 2026</p>", Closes_early="updated") == {"updated": "3 May 2026"}


def test_a_past_and_a_next_meeting_are_claims_with_the_page_as_source() -> None:
    claims = meeting_claims({"held": "4 March 2026", "next": "3 June 2026"}, "https://example.org/minutes/")

    assert [(claim.what, claim.date, claim.source) for claim in claims] == [
        ("meeting held", "4 March 2026", "https://example.org/minutes/"),
        ("next meeting", "3 June 2026", "https://example.org/minutes/"),
    ]
    assert meeting_claims({"published": "3 May 2026"}, "https://example.org/") == ()


RECORDED = {
    "gov_wales/consultation_detail_cut_2026-08-22.html": {
        "closes": "16 October 2026",
        "opens": '<time datetime="2026-08-20T12:00:00Z">20 August 2026</time>',
    },
    "gov_wales/call_for_evidence_detail_cut_2026-09-21.html": {
        "closes": "31 October 2026",
        "opens": '<time datetime="2026-07-31T12:00:00Z">31 July 2026</time>',
    },
    "citizen_space/consult.gov.scot_detail_dates_cut_2026-08-22.html": {
        "closes": "29 Oct 2026",
        "opens": "6 Aug 2026",
    },
}
"""Read by a person in the raw files."""


@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded answers are not part of the project")
def test_recorded_pages_are_read_right(name: str) -> None:
    assert values_of(Path(SAMPLES / "captures" / name).read_bytes()) == RECORDED[name]
