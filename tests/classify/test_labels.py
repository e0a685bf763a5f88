"""Whether an update belongs in the main feed, and of what type it is."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from aggregator.classify import Labeller
from aggregator.config.forms import Mistakes
from aggregator.config.vocabulary import load_vocabulary
from aggregator.model import Labels, Scope
from tests.builders import entry, source

VOCABULARY = load_vocabulary(Path("register/vocabulary.yaml"), Mistakes())
SOURCES = {"co": source("co"), "ogn": source("ogn", scope=Scope.ALL, title="The network's site")}
LABELLER = Labeller(VOCABULARY, SOURCES)


def label(title: str, text: str = "", by: str = "co", **changes: Any) -> Labels:
    return LABELLER.label(entry(title=title, text=text, **changes), [by])


@pytest.mark.parametrize(
    ("title", "text", "why"),
    [
        ("UK Open-Government plan", "", "“open government” in the title"),
        ("Cynllun Lywodraeth Agored", "", "“lywodraeth agored” in the title"),
        ("Ministers’ gifts and hospitality", "", "“gifts and hospitality” in the title"),
        ("Members of the OGP", "", "“OGP” in the title"),
        ("A new plan", "It is about open data.", "“open data” in the text"),
    ],
)
def test_a_phrase_puts_an_update_into_the_main_feed_and_says_why(title: str, text: str, why: str) -> None:
    labelled = label(title, text)

    assert (labelled.relevant, labelled.why) == (True, (why,))


@pytest.mark.parametrize(
    "title", ["Reopen governments", "ogp plc results", "Open day at the museum", "Fisheries action plan"]
)
def test_parts_of_words_and_other_meanings_do_not(title: str) -> None:
    assert label(title) == Labels(type=label(title).type, topics=(), relevant=False, why=())


def test_a_source_that_is_about_open_government_needs_no_phrase() -> None:
    labelled = label("Join us on Tuesday", by="ogn")

    assert labelled.why == ("The network's site is about open government",)


@pytest.mark.parametrize(
    ("title", "said", "type"),
    [
        ("Read-out from the forum", None, "meeting-record"),
        ("Open Government Partnership steering group minutes: June 2024", None, "meeting-record"),
        ("Action Plan Review 2023-2025", None, "irm-report"),
        ("Response to the consultation", None, "consultation-response"),
        ("Have your say on data", None, "consultation"),
        ("Open Government Action Plan 2021-25", None, "action-plan"),
        ("Action plan: minutes of 3 March", None, "meeting-record"),
        ("Minister visits Fife", None, "news"),
        ("Minister visits Fife", "Policy paper", "policy-or-guidance"),
        ("Minutes of the forum", "Open consultation", "consultation"),
        ("Ymgynghoriad ar ddata", None, "consultation"),
        ("A meeting", "meeting-record", "meeting-record"),
    ],
)
def test_the_publishers_own_word_decides_the_type_else_the_title(
    title: str, said: str | None, type: str
) -> None:
    assert label(title, publisher_type=said).type == type


@pytest.mark.parametrize(
    ("url", "type"),
    [
        ("https://gds.blog.gov.uk/2026/06/01/hello/", "blog-post"),
        ("https://blogs.gov.scot/open-government-partnership/2026/06/01/hello", "blog-post"),
        ("https://www.gov.uk/weblogs", "news"),
        (None, "news"),
    ],
)
def test_what_is_left_over_is_a_blog_post_or_news(url: str | None, type: str) -> None:
    assert label("Hello from the team", url=url).type == type


@pytest.mark.parametrize("text", ["", "open " * 200_000, "\u202eopen government\x00", "a" * 1_000_000])
def test_hostile_text_is_labelled_in_good_time(text: str) -> None:
    started = time.process_time()

    label("x", text)

    assert time.process_time() - started < 2
