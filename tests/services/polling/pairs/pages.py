"""Pairs of watched pages, and of lists with the pages of their items."""

from __future__ import annotations

from tests.parse.html.sources import SHIPPED
from tests.services.polling.pairs.form import NOTHING, Form, Pair

GROUP_SOURCE = SHIPPED["scotland-steering-group"]
GROUP = Form(
    source=GROUP_SOURCE,
    answers={
        GROUP_SOURCE.address: """<!DOCTYPE html><html lang="en">
<head><title>Example: Steering Group - gov.scot</title>
<meta property="article:modified_time" content="2026-05-01T10:00:00Z"></head><body>
<div id="cookie-notice" class="ds_cookie-banner"><p>We use cookies to collect anonymous data.</p></div>
<nav class="ds_breadcrumbs"><ol><li><a href="/">Home</a></li><li><a href="/groups/">Groups</a></li></ol></nav>
<main id="main-content"><h1>Example: Steering Group</h1>
<div class="body-content css-1x2y" data-version="7">
<p>The group oversees the action plan “in the open”.</p>
<table class="ds_table"><tr><th>Milestone</th><th>Due</th></tr>
<tr><td>Publish the register</td><td>31 March 2026</td></tr></table>
<p><a class="doc" href="/binaries/terms.docx" rel="nofollow">Terms of reference</a></p></div>
<div class="ds_feedback"><p>Was this page helpful?</p><a href="#">Yes</a> <a href="#">No</a></div>
<p class="page-info">Page last viewed 3 May 2026 at 10:22</p>
<p>Printed on 3 May 2026</p></main>
<footer>Crown copyright</footer></body></html>"""
    },
)
OF_PAGES = (
    Pair(
        "page: cookie bar",
        GROUP,
        {"We use cookies to collect anonymous data.": "We use cookies for analytics. Accept all?"},
        NOTHING,
        "It stands on every page of the site.",
    ),
    Pair(
        "page: menu",
        GROUP,
        {'<a href="/groups/">Groups</a>': '<a href="/about/groups/">All groups</a></li><li>Ministers'},
        NOTHING,
        "The way to the page is not the page.",
    ),
    Pair(
        "page: printed on another day",
        GROUP,
        {"Printed on 3 May 2026": "Printed on 4 June 2026", "3 May 2026 at 10:22": "4 June 2026 at 08:00"},
        NOTHING,
        "It says when the page was made for us.",
    ),
    Pair(
        "page: question and footer",
        GROUP,
        {"Was this page helpful?": "Is this page useful?", "Crown copyright": "© Crown copyright 2026"},
        NOTHING,
        "Boilerplate.",
    ),
    Pair(
        "page: class names and attribute order",
        GROUP,
        {
            "css-1x2y": "css-9z8w",
            'class="doc" href="/binaries/terms.docx" rel="nofollow"': 'rel="x" href="/binaries/terms.docx"',
        },
        NOTHING,
        "Built anew by the same software.",
    ),
    Pair(
        "page: modified time in the head",
        GROUP,
        {"2026-05-01T10:00:00Z": "2026-05-02T10:00:00Z"},
        NOTHING,
        "Software moves it when no word changed.",
    ),
    Pair(
        "page: straight quotes",
        GROUP,
        {"“in the open”": '"in the open"'},
        NOTHING,
        "The same words, quoted.",
    ),
    Pair(
        "page: table with its head in thead",
        GROUP,
        {
            "<tr><th>Milestone</th><th>Due</th></tr>": "<thead><tr><th>Milestone</th>"
            " <th>Due</th></tr></thead>"
        },
        NOTHING,
        "Other markup around the same cells.",
    ),
    Pair(
        "page: name of the site in the title",
        GROUP,
        {"Steering Group - gov.scot": "Steering Group | Scottish Government"},
        NOTHING,
        "The heading is the title.",
    ),
    Pair(
        "page: a milestone's date changed in a table",
        GROUP,
        {"31 March 2026": "30 April 2026"},
        ("text",),
        "A promise was moved by a month.",
    ),
    Pair(
        "page: a milestone dropped",
        GROUP,
        {"<tr><td>Publish the register</td><td>31 March 2026</td></tr>": ""},
        ("text",),
        "A promise was taken out of the page.",
    ),
    Pair(
        "page: another file behind the same words",
        GROUP,
        {"/binaries/terms.docx": "/binaries/terms-2026.docx"},
        ("attachments",),
        "A file is a document; its address is all that the page tells of it.",
    ),
    Pair(
        "page: version in the address of a file",
        GROUP,
        {"/binaries/terms.docx": "/binaries/terms.docx?v=2"},
        NOTHING,
        "Software writes it anew at each look; a file that was replaced shows by its length.",
    ),
)

OGP = SHIPPED["irm-uk-results-2021-2023"]
GLOSSARY = Form(
    source=OGP,
    answers={
        OGP.address: """<!DOCTYPE html><html lang="en-US"><head><title>Example - OGP</title></head><body>
<article><h1>Example: Results Report</h1><p>The UK made eight
<span class="tooltip">commitments<span class="tooltiptext">A commitment is a promise that a member makes in
its action plan.</span></span>, of which three were ambitious.</p></article></body></html>"""
    },
)
OF_GLOSSARY = (
    Pair(
        "OGP: the glossary explains a word anew",
        GLOSSARY,
        {"A commitment is a promise that a member makes in": "Commitments are promises of members, kept in"},
        NOTHING,
        "The glossary changes every page of the site at once.",
    ),
    Pair(
        "OGP: a verdict changed",
        GLOSSARY,
        {"three were ambitious": "two were ambitious"},
        ("text",),
        "Verdicts were seen to change without notice; this is what the page is watched for.",
    ),
)

CONSULTATIONS = SHIPPED["wales-consultations"]
DETAIL = "https://www.gov.wales/example-public-records"
WALES = Form(
    source=CONSULTATIONS,
    answers={
        CONSULTATIONS.address: """<!DOCTYPE html><html lang="en"><head><title>Consultations</title></head>
<body><main role="main"><h1>Consultations</h1><ul class="index-list"><li class="index-list__item">
<div class="index-list__type">Open consultation</div>
<div class="index-list__title"><a href="/example-public-records">Example: Public records</a></div>
<div class="index-list__date">Last updated: <time datetime="2026-08-20T09:15:00Z">20 August 2026</time></div>
</li></ul></main></body></html>""",
        DETAIL: """<!DOCTYPE html><html lang="en"><head><title>Example: Public records</title></head><body>
<main role="main"><h1>Example: Public records</h1><div class="header-meta">
<div class="gw-row end-date"><div class="label">Consultation ends:</div>
<div class="item end-date">16 October 2026</div></div>
<div class="gw-row start-date"><div class="label">Consultation launched:</div><div class="item">
<time datetime="2026-08-20T12:00:00Z">20 August 2026</time></div></div></div>
<p>We want your views on keeping public records.</p>
<ul><li><a href="/sites/default/files/2026-08/document.pdf?v=1">Document</a> PDF, 300 KB</li></ul>
</main></body></html>""",
    },
)
OF_WALES = (
    Pair(
        "gov.wales list: last update moved",
        WALES,
        {'"2026-08-20T09:15:00Z">20': '"2026-08-24T10:00:00Z">24'},
        NOTHING,
        "No word of the list or of the consultation's page changed.",
    ),
    Pair(
        "gov.wales list: closed",
        WALES,
        {"Open consultation": "Closed consultation"},
        ("status",),
        "Nobody can respond any more.",
    ),
    Pair(
        "gov.wales page: ends later",
        WALES,
        {"16 October 2026": "30 October 2026"},
        ("closing date",),
        "There are two more weeks to respond.",
    ),
    Pair(
        "gov.wales page: ends at five on the same day",
        WALES,
        {"16 October 2026": "16 October 2026 at 5pm"},
        ("closing date",),
        "A day lasts until midnight: who meant to respond in the evening is now too late.",
    ),
    Pair(
        "gov.wales page: ends at a minute to midnight on the same day",
        WALES,
        {"16 October 2026": "16 October 2026 at 11:59pm"},
        NOTHING,
        "That is what a day without a time means.",
    ),
    Pair(
        "gov.wales page: weekday beside the day",
        WALES,
        {"16 October 2026": "Friday 16th October 2026"},
        NOTHING,
        "Another writing of one day.",
    ),
    Pair(
        "gov.wales page: another version of the file",
        WALES,
        {"document.pdf?v=1": "document.pdf?v=2"},
        NOTHING,
        "Software writes it anew at each look; a file that was replaced shows by its length.",
    ),
    Pair(
        "gov.wales page: does not answer this time",
        WALES,
        {},
        NOTHING,
        "A failed request says nothing about the document.",
        {DETAIL: 503},
    ),
)

PUBLICATIONS = SHIPPED["scotland-publications"]
MINUTES = "https://www.gov.scot/publications/example-minutes-march-2026/"
SCOTLAND = Form(
    source=PUBLICATIONS,
    answers={
        PUBLICATIONS.address: """<!DOCTYPE html><html lang="en"><head><title>Publications</title></head><body>
<main id="main-content"><h1>Publications</h1><ol data-total="1"><li class="ds_search-result">
<h3><a class="ds_search-result__link" href="/publications/example-minutes-march-2026/">Example: Steering
Group minutes: March 2026</a></h3><p class="ds_search-result__summary">Minutes of the meeting.</p>
<dl><dt>Publication type</dt><dd>Minutes</dd><dt>Date</dt><dd>17 March 2026</dd></dl></li></ol>
</main></body></html>""",
        MINUTES: """<!DOCTYPE html><html lang="en"><head><title>Example - gov.scot</title></head><body>
<main id="main-content"><header class="ds_page-header"><h1>Example: Steering Group minutes: March 2026</h1>
<dl><dt>Published</dt><dd>17 March 2026</dd><dt>Date of meeting</dt><dd>4 March 2026</dd>
<dt>Date of next meeting</dt><dd>3 June 2026</dd></dl></header>
<div class="body-content"><p>The group agreed the timetable.</p></div>
<aside><h2>Related content</h2><dl><dt>Published</dt><dd>1 January 2020</dd></dl></aside>
</main></body></html>""",
    },
)
OF_SCOTLAND = (
    Pair(
        "gov.scot page: other related content",
        SCOTLAND,
        {"1 January 2020": "5 May 2026"},
        NOTHING,
        "It belongs to other documents.",
    ),
    Pair(
        "gov.scot page: next meeting moved",
        SCOTLAND,
        {"3 June 2026": "10 June 2026"},
        ("dated facts",),
        "Who wants to be there must know.",
    ),
    Pair(
        "gov.scot page: an action added to the minutes",
        SCOTLAND,
        {"the timetable.</p>": "the timetable.</p><p>Action: publish it.</p>"},
        ("text",),
        "Minutes that say more.",
    ),
    Pair(
        "gov.scot list: title completed",
        SCOTLAND,
        {"Example: Steering\nGroup minutes": "Example: Open Government\nSteering Group minutes"},
        ("title",),
        "Other words in the title.",
    ),
)

PAGES = (*OF_PAGES, *OF_GLOSSARY, *OF_WALES, *OF_SCOTLAND)
