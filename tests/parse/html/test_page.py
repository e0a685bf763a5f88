"""The kind `page`: one watched page, compared by its normalised text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aggregator.errors import Cause
from aggregator.model import Precision, ZoneBasis
from aggregator.parse import reader_for, single_document_link
from tests.parse.html.sources import SHIPPED, case, entry, fetched, read, refused
from tests.support.builders import instant

GROUP = SHIPPED["scotland-steering-group"]
GLASGOW = SHIPPED["glasgow-open-government"]
SAMPLES = {
    "scotland-steering-group": "scotland-steering-group",
    "glasgow-1337": "glasgow-open-government",
    "gmca-information-strategy": "gmca-information-strategy",
    "wales-commitments": "wales-commitments",
    "ogp-scotland": "irm-uk-results-2021-2023",
    "ni-topic": "ni-open-government-page",
    "irm-document": "irm-uk-review-2023-2025",
    "uk-msf": "uk-msf-page",
}
EXPECTED = {
    "scotland-steering-group": (
        "Example: Open Government Steering Group",
        "Group The group oversees the example action plan. Milestone Due Publish the example register"
        " 31 March 2026 Terms of reference Minutes Published 17 March 2026 Published 9 December 2025",
    ),
    "glasgow-1337": (
        "Example: Open Government in Glasgow",
        "The example plan for 2024 to 2027 is in development. Data sharing"
        " Each service shares example data by December 2026. Example plan (PDF)",
    ),
    "gmca-information-strategy": (
        "Example: Information Strategy",
        "The example strategy has six missions. Milestones Example data catalogue by June 2026"
        " Example review in 2027",
    ),
    "wales-commitments": (
        "Example: Open government commitments 2022 to 2024",
        "First published: 15 December 2022 Commitment 1 End date 31 December 2024",
    ),
    "ogp-scotland": (
        "Example: Scotland",
        "Scotland has made twelve commitments in its example action plan. Current plan: 2021 to 2025.",
    ),
    "ni-topic": (
        "Example: Transparency and open government",
        "Example information on open data. Example: plan Example: returns (CSV, 2 KB)",
    ),
    "irm-document": (
        "Example: UK Action Plan Review 2023-2025",
        "Date Submitted 27th October 2025 The example review finds four commitments promising. Download",
    ),
    "uk-msf": (
        "Example: UK Multi-Stakeholder Forum",
        "The forum brings example organisations together.",
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_page_has_its_heading_as_title_and_its_main_text_alone(name: str) -> None:
    item = entry(SHIPPED[SAMPLES[name]], case("page", name))

    assert (item.title, item.text) == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_page_is_known_by_the_address_that_the_source_names(name: str) -> None:
    source = SHIPPED[SAMPLES[name]]

    assert entry(source, case("page", name)).url == source.page


def test_three_names_and_a_redirect_of_one_page_are_one_document() -> None:
    names = ("Open-Government-in-Glasgow", "open-government-in-glasgow-plan", "Open-Government")
    addresses = [f"https://www.glasgow.gov.uk/article/1337/{name}" for name in names]
    source = replace(GLASGOW, fallbacks=tuple(addresses[1:]))
    answers = [fetched(case("page", "glasgow-1337"), url, final_url=addresses[2]) for url in addresses]

    assert {reader_for("page").read(source, answer).entries[0].link for answer in answers} == {addresses[0]}


def test_a_source_without_a_page_is_known_by_its_first_address() -> None:
    elsewhere = replace(GLASGOW, page="https://www.glasgow.gov.uk/article/1337/Elsewhere")
    source = replace(GLASGOW, page="")
    answer = fetched(case("page", "glasgow-1337"), "https://www.glasgow.gov.uk/other")

    assert reader_for("page").read(elsewhere, answer).entries[0].link == elsewhere.page
    assert reader_for("page").read(source, answer).entries[0].link == source.address


SAME = {
    "cookie bar": [("We use cookies to collect anonymous data.", "We use cookies for everything.")],
    "menu": [(">Home<", ">News</a> <a>Start<"), ("Groups", "All groups")],
    "breadcrumb class": [('class="ds_breadcrumbs"', 'class="trail"')],
    "printed": [("Page last viewed 3 May 2026 at 10:22", "Page last viewed 4 June 2026 at 08:00")],
    "useful": [("Was this page helpful?", "Is this page useful?"), (">No<", ">Not really<")],
    "class": [('class="body-content"', 'class="content-2 wide"'), ("ds_table", "table")],
    "attributes": [
        ('class="doc" href="/binaries/terms.docx" rel="nofollow"', 'rel="x" href="/binaries/terms.docx"')
    ],
    "space": [("<p>The group oversees", "<p>\n  The   group\toversees"), ("</td><td>", "</td>\n<td>")],
    "data": [('data-version="7"', 'data-version="8" id="c1"')],
    "footer": [("Crown copyright", "Crown copyright 2026")],
    "modified": [("2026-05-01T10:00:00Z", "2026-05-02T10:00:00Z")],
    "script": [("</main>", "<script>track(2)</script></main>")],
    "comment": [("</main>", "<!-- built 3 May --></main>")],
    "share": [("</main>", '<div class="share-page">Share on <a href="#">X</a></div></main>')],
    "dialog": [("</main>", '<div role="dialog">Choose cookies now</div></main>')],
    "updated": [("</main>", "<p>Last updated: <time>9 June 2026</time></p></main>")],
    "reviewed": [("</main>", "<dl><dt>Last reviewed</dt><dd>9 June 2026</dd></dl></main>")],
}


@pytest.mark.parametrize("changes", SAME.values(), ids=SAME)
def test_changes_around_the_document_make_no_difference(changes: list[tuple[str, str]]) -> None:
    page = before = case("page", "scotland-steering-group")
    for old, new in changes:
        assert old in page
        page = page.replace(old, new)

    assert page != before
    assert entry(GROUP, page).text == entry(GROUP, before).text
    assert entry(GROUP, page).title == entry(GROUP, before).title
    assert entry(GROUP, page).links == entry(GROUP, before).links


OTHER = {
    "milestone date": ("31 March 2026", "30 April 2026"),
    "milestone": ("Publish the example register", "Publish the example index"),
    "sentence": ("oversees", "no longer oversees"),
    "minutes": ("17 March 2026", "18 March 2026"),
}


@pytest.mark.parametrize(("old", "new"), OTHER.values(), ids=OTHER)
def test_a_change_of_the_document_is_a_change_of_its_text(old: str, new: str) -> None:
    before = case("page", "scotland-steering-group")

    assert entry(GROUP, before.replace(old, new)).text == entry(GROUP, before).text.replace(old, new)
    assert entry(GROUP, before.replace(old, new)).text != entry(GROUP, before).text


def test_there_and_back_again_are_three_readings_of_which_the_last_is_the_first() -> None:
    first = case("page", "scotland-steering-group")
    second = first.replace("31 March 2026", "30 April 2026")
    readings = [entry(GROUP, page) for page in (first, second, first)]

    assert readings[0] == readings[2] != readings[1]


GLOSSARIES = [
    '<span class="tooltip">commitments<span class="tooltiptext">{}</span></span>',
    '<span class="glossary-term">commitments<span class="glossary__definition">{}</span></span>',
    '<span class="glossary">commitments</span><span class="c-gloss-text">{}</span>',
    '<a class="glossary-link" href="#g1">commitments</a><div class="popover">{}</div>',
    "commitments<span role=tooltip>{}</span>",
]


@pytest.mark.parametrize("form", GLOSSARIES)
@pytest.mark.parametrize(
    "explanation", ["A promise made in an action plan.", "What members promise to do by a date."]
)
def test_an_explanation_is_removed_and_the_explained_term_stays(form: str, explanation: str) -> None:
    page = f"<article><h1>Example</h1><p>Twelve {form.format(explanation)} in the plan.</p></article>"

    assert " ".join(entry(GROUP, page).text.split()) == "Twelve commitments in the plan."


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<main><p>A</p></main><main><p>B</p></main>", "A"),
        ("<div id=content><p>A</p></div><p>B</p>", "A"),
        ("<div role=main><p>A</p></div><p>B</p>", "A"),
        ("<article><p>A</p></article><p>B</p>", "A"),
        ("<article><p>A</p></article><article><p>B</p></article>", "A B"),
        ("<header>H</header><nav>N</nav><p>A</p><aside>S</aside><footer>F</footer>", "A"),
        ("<main><header><p>A</p></header><p>B</p></main>", "A B"),
        ("<form><h1>T</h1><p>A</p></form>", "A"),
        ("<div class=share><h1>T</h1><p>A</p></div>", "A"),
        ("<main><div class=share><h1>T</h1>A</div><p>B C D E F G H</p></main>", "A B C D E F G H"),
        (
            "<main><p>It was <b>last updated on 3 May 2026</b>.</p></main>",
            "It was last updated on 3 May 2026.",
        ),
        (f"<main><div><p>Is this page useful?</p><p>{'A' * 41}</p></div></main>", "A" * 41),
        (f"<main><div><p>Is this page useful?</p>{'<p>A</p>' * 60}</div></main>", " ".join("A" * 60)),
        ("<main><p>A</p><div><p>Is this page useful?</p><a>Yes</a> <a>No</a></div></main>", "A"),
        ("<main></main><article><p>A</p></article>", "A"),
        (
            "<main><p>A</p><p id=sharing>B</p><p class=social-care>C</p><p class=d-print-block>D</p></main>",
            "A B C D",
        ),
    ],
)
def test_the_main_text_is_found_by_the_names_that_pages_give_it(markup: str, text: str) -> None:
    source = replace(GROUP, title="Example")

    assert entry(source, f"<html><body>{markup}</body></html>").text == text


def test_the_sources_own_selectors_go_before_all_that_is_usual() -> None:
    selectors = replace(GROUP.selectors, main=".text", remove=(".old", "p.older"))
    page = "<main>M</main><div class=text>A<i class=old>B</i><p class=older>C</p></div><h1>T</h1>"

    assert entry(replace(GROUP, selectors=selectors), page).text == "A"


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("<title>T - gov.scot</title><h1>H</h1><main>A<h1> M <b>1</b></h1></main>", "M 1"),
        ("<title>T - gov.scot</title><h1>H</h1><main>A</main>", "H"),
        ("<title>Plan 2021-25 - gov.scot</title><main>A</main>", "Plan 2021-25"),
        ("<title>Members | Open Government Partnership</title><main>A</main>", "Members"),
        ("<title>Members</title><main>A<h1> </h1></main>", "Members"),
        ("<main>A</main>", "Open Government Partnership Steering Group on gov.scot"),
    ],
)
def test_the_title_is_the_heading_else_the_pages_title_without_the_sites_name(
    markup: str, title: str
) -> None:
    assert entry(GROUP, f"<html>{markup}</html>").title == title


@pytest.mark.parametrize(
    ("markup", "published", "updated"),
    [
        ("<p>First published: 3 May 2026</p><p>Last updated: 4 May 2026</p>", "3 May 2026", "4 May 2026"),
        ("<p>Published: 3 May 2026</p><p>Published: 4 May 2026</p>", None, None),
        ("<p>Published: 3 May 2026</p><p>Published: 3 May 2026</p>", "3 May 2026", None),
        ('<meta property="article:published_time" content="2026-05-03">', "2026-05-03", None),
        ('<meta name="DCTERMS.issued" content="2026-05-03">', "2026-05-03", None),
        ('<meta property="article:modified_time" content="2026-05-03">', None, None),
        ("<time pubdate>3 May 2026</time>", "<time>3 May 2026</time>", None),
        ("<time datetime='2026-05-03'>an event</time>", None, None),
    ],
)
def test_dates_come_from_labels_and_from_what_is_marked_as_publication(
    markup: str, published: str | None, updated: str | None
) -> None:
    [item] = read(GROUP, f"<html><body><main><p>A</p>{markup}</main></body></html>").entries

    assert (item.published, item.updated) == (published, updated)


def test_a_page_has_meetings_closing_days_and_languages() -> None:
    page = case("page", "wales-commitments").replace(
        "<h2>",
        "<p>Date of next meeting: 3 June 2026</p><p>Closes: 5 June 2026</p><p>Opened: 1 June 2026</p><h2>",
    )
    item = entry(SHIPPED["wales-commitments"], page)

    assert [(claim.what, claim.source) for claim in item.claims] == [
        ("next meeting", "https://www.gov.wales/node/49684")
    ]
    assert (item.closes and item.closes.at, item.opens and item.opens.at) == (
        instant("2026-06-04 23:00"),
        instant("2026-05-31 23:00"),
    )
    assert [(other.language, other.url) for other in item.translations] == [
        ("cy", "https://www.llyw.cymru/node/49684")
    ]
    assert item.published is not None
    assert (item.published.precision, item.published.zone) == (Precision.DAY, ZoneBasis.ASSUMED)


def test_files_that_the_text_links_to_are_attachments_each_once_and_pages_are_none() -> None:
    page = (
        '<html><main><p>A</p><a href="/a.PDF?v=2">Plan <b>A</b></a><a href="/a.PDF?v=2">again</a>'
        '<a href="b.docx">B</a><a href="https://example.org/c.ods">C</a><a href="/d/">D</a>'
        '<a href="/e.html">E</a><a href="http://[broken.pdf">F</a>'
        '<nav><a href="/g.pdf">G</a></nav></main></html>'
    )
    [item] = read(GROUP, page).entries

    assert [(link.rel, link.type, link.title, link.href) for link in item.links] == [
        ("enclosure", "application/pdf", "Plan A", "https://www.gov.scot/a.PDF?v=2"),
        (
            "enclosure",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "B",
            "https://www.gov.scot/groups/open-government-partnership-steering-group/b.docx",
        ),
        ("enclosure", "application/vnd.oasis.opendocument.spreadsheet", "C", "https://example.org/c.ods"),
    ]


def test_a_replaced_attachment_is_noticed() -> None:
    before = case("page", "glasgow-1337")
    after = before.replace("/media/1234/plan.pdf", "/media/1300/plan.pdf")

    assert entry(GLASGOW, before).links != entry(GLASGOW, after).links


def test_a_page_whose_text_has_moved_into_a_script_is_a_changed_layout() -> None:
    error = refused(GROUP, case("page", "empty.changed"))

    assert (error.cause, error.detail) == (
        Cause.LAYOUT,
        "no main text: 'main, article, #content or body' is empty",
    )


def test_a_main_selector_that_finds_nothing_is_a_changed_layout() -> None:
    source = replace(GROUP, selectors=replace(GROUP.selectors, main="#text"))
    error = refused(source, case("page", "scotland-steering-group"))

    assert (error.cause, error.detail) == (Cause.LAYOUT, "the selector '#text' finds no main text")


def test_a_bot_check_is_no_new_text_of_the_page() -> None:
    check = "<html><head><title>Just a moment...</title></head><body><main>Checking</main></body></html>"

    assert refused(GROUP, check).cause is Cause.NOT_A_FEED


def test_only_the_last_address_that_is_gone_says_that_the_page_is() -> None:
    source = replace(GLASGOW, fallbacks=("https://www.glasgow.gov.uk/article/1337/Other",))

    assert single_document_link(source, source.address) is None
    assert single_document_link(source, source.fallbacks[0]) == source.page
    assert single_document_link(GLASGOW, GLASGOW.address) == GLASGOW.page


def test_a_page_is_requested_as_html_with_the_sources_pause() -> None:
    request = reader_for("page").request(GROUP, GROUP.address)

    assert (request.url, request.pause) == (GROUP.address, GROUP.pause)
    assert request.accept.startswith("text/html")
