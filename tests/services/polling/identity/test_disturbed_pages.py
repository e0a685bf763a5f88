"""However a site shows a page that does not change, nothing is told; a true change is told once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.services.conftest import OpenStore
from tests.services.stage import PollingBench
from tests.support.builders import NOON, make_source
from tests.support.examples import examples

DAY = timedelta(days=1)
ADDRESS = "https://www.example.org/p/plan"
PARTS = (
    "<p>Our action plan - the council's own - costs £25,000 and runs from 2024 to 2026...</p>",
    "<p>The steering group has 12 members and meets on 14 July 2026.</p>",
    "<h2>Closing date</h2><p>30 June 2026</p>",
    "<ul><li>Publish contracts</li><li>Open the register of decisions</li></ul>",
    "<table><tr><th>Paper</th><th>Pages</th></tr><tr><td>Minutes</td><td>12</td></tr></table>",
)
# What the site adds or sets anew at each look, by the number of the look.
FRAMES = {
    "none": "{text}",
    "today": "<p>{today:%A} {today.day} {today:%B %Y}</p>{text}",
    "views": "{text}<p>Views: {number}</p>",
    "read": "<p>{few} min read</p>{text}",
    "byline": "<p>By the open data team | {few} hours ago | {number} views</p>{text}",
    "row": "{text}<table><tr><td>Page views</td><td>{number}</td></tr></table>",
    "list": "{text}<dl><dt>Last updated</dt><dd>{today.day} {today:%B %Y}</dd></dl>",
    "welsh": "{text}<p>Diweddarwyd {few} diwrnod yn ôl</p><p>{number} o ymweliadau</p>",
    "countdown": "{text}<p>{few} days left</p>",
    "copyright": "{text}<p>© {number} Example Council</p>",
}
DISTURBANCES: dict[str, Callable[[str], str]] = {
    "as before": lambda text: text,
    "typography": lambda text: text.replace("'", "’").replace(" - ", " — ").replace("...", "…"),
    "order": lambda text: text.replace(
        "<li>Publish contracts</li><li>Open the register of decisions</li>",
        "<li>Open the register of decisions</li><li>Publish contracts</li>",
    ),
    "hidden": lambda text: f"{text}<div hidden>You have 3 messages</div>",
    "styled away": lambda text: f"<p style='display: none'>Draft</p>{text}",
    "login": lambda _: "<p>Give your name, and the code that we sent to your telephone.</p>",
    "sorry": lambda _: "<p>Something has gone astray and our colleagues were told.</p>",
    "home": lambda _: "<p>Bins, libraries, parking, roads, schools: pay, report and apply here.</p>" * 3,
    "nothing": lambda _: "",
}
CHANGES = (
    ("£25,000", "£26,000"),
    ("12 members", "13 members"),
    ("14 July 2026", "15 July 2026"),
    ("30 June 2026", "1 July 2026"),
    ("runs from", "does not run from"),
    ("</li></ul>", "</li><li>Train the staff</li></ul>"),
    ("<td>12</td>", "<td>13</td>"),
)


def page(text: str, frame: str, number: int, *, main: bool) -> bytes:
    today: date = (NOON + number * DAY).date()
    shown = FRAMES[frame].format(text=text, today=today, number=1990 + number, few=number % 9 + 2)
    head = "<title>Open plan - Example Council</title>"
    inside = f"<h1>Open plan</h1>{shown}"
    menu = "<div>Residents Business Visitors Jobs News Events</div>"
    foot = "<div>Write to the civic centre, High Street, Exampleton. Terms and conditions of use.</div>"
    body = f"<main>{inside}</main>" if main else f"{menu}<div>{inside}</div>{foot}"
    return f"<!DOCTYPE html><html lang='en'><head>{head}</head><body>{body}</body></html>".encode()


@examples(60, few=1)
@given(
    frame=st.sampled_from(sorted(FRAMES)),
    main=st.booleans(),
    disturbances=st.lists(st.sampled_from(sorted(DISTURBANCES)), max_size=4),
    change=st.none() | st.sampled_from(CHANGES),
)
def test_a_page_that_does_not_change_brings_no_update_and_a_change_brings_one(
    fresh: OpenStore, frame: str, main: bool, disturbances: list[str], change: tuple[str, str] | None
) -> None:
    with fresh() as store:
        bench = PollingBench(store, (make_source("s", kind="page", address=ADDRESS),))
        text, number = "".join(PARTS), 0

        def poll(shown: str) -> None:
            nonlocal number
            outcome = bench.poll(NOON + number * DAY, {ADDRESS: page(shown, frame, number, main=main)})["s"]
            assert outcome.bug is None
            number += 1

        def parts() -> list[tuple[str, ...]]:
            (document,) = store.documents.all()
            return [revision.parts for revision in document.carriers[0].revisions[1:]]

        poll(text)
        for disturbance in disturbances:
            poll(DISTURBANCES[disturbance](text))
            # What stands in place of the page is gone by the next look.
            poll(text)
        assert parts() == []
        if change is None:
            return
        changed = text.replace(*change)
        for shown in (changed, changed, DISTURBANCES["typography"](changed)):
            poll(shown)
        (changed_parts,) = parts()
        assert "text" in changed_parts
