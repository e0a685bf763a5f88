"""Pairs of GOV.UK's documents and search results, of JSON Feed, Citizen Space and sitemaps."""

from __future__ import annotations

from tests.parse.html.sources import SHIPPED
from tests.services.polling.pairs.form import NOTHING, Form, Pair
from tests.support.builders import make_source

CALL = SHIPPED["nap7-call-for-evidence"]
PATH = CALL.address.removeprefix("https://www.gov.uk/api/content")
DOCUMENT = """{
  "base_path": "PATH",
  "content_id": "55555555-5555-4555-8555-555555555555",
  "document_type": "open_call_for_evidence", "schema_name": "call_for_evidence", "locale": "en",
  "title": "Example: call for evidence", "description": "Example: what should the plan hold?",
  "first_published_at": "2026-03-25T09:30:00.000+00:00",
  "public_updated_at": "2026-03-25T09:30:00.000+00:00", "updated_at": "2026-03-25T09:30:01Z",
  "withdrawn_notice": {},
  "details": {
    "body": "<div class=\\"govspeak\\"><p>Example: the Civil Service Strategy Unit asks.</p></div>",
    "opening_date": "2026-03-25T09:30:00+00:00", "closing_date": "2026-05-25T17:00:00+01:00",
    "political": true,
    "attachments": [
      {"attachment_type": "file", "title": "Example: questions",
       "url": "https://assets.publishing.service.gov.uk/media/1/questions.pdf",
       "content_type": "application/pdf", "file_size": 120345}
    ],
    "change_history": [{"note": "First published.", "public_timestamp": "2026-03-25T09:30:00.000+00:00"}]
  },
  "links": {
    "organisations": [{"title": "Cabinet Office", "base_path": "/government/organisations/cabinet-office"}],
    "available_translations": [{"title": "Example: call for evidence", "locale": "en", "base_path": "PATH"}]
  }
}""".replace("PATH", PATH)
CONTENT = Form(source=CALL, answers={CALL.address: DOCUMENT})
STAMP = {
    '"public_updated_at": "2026-03-25T09:30:00.000+00:00"': '"public_updated_at": "2026-04-02T08:00:00Z"'
}
NOTE = {
    '"change_history": [': '"change_history": ['
    '{"note": "Added a second annex.", "public_timestamp": "2026-04-02T08:00:00Z"}, '
}
ANNEX = {
    '"file_size": 120345}': '"file_size": 120345}, {"attachment_type": "file", "title": "Example: annex", '
    '"url": "https://assets.publishing.service.gov.uk/media/2/annex.pdf", "file_size": 900}'
}
CLOSED = {'"document_type": "open_call_for_evidence"': '"document_type": "closed_call_for_evidence"'}
WITHDRAWN = {
    '"withdrawn_notice": {}': '"withdrawn_notice": {"explanation": "<p>Example: out of date.</p>",'
    ' "withdrawn_at": "2026-06-01T10:00:00Z"}'
}
WELSH = {
    '"available_translations": [': '"available_translations": ['
    '{"title": "Enghraifft: galwad", "locale": "cy", "base_path": "' + PATH + '.cy"}, '
}

OF_CONTENT = (
    Pair(
        "Content API: technical date moved",
        CONTENT,
        {'"updated_at": "2026-03-25T09:30:01Z"': '"updated_at": "2026-08-01T10:00:00Z"'},
        NOTHING,
        "It moves for any technical change.",
    ),
    Pair(
        "Content API: a major update that only its note tells of",
        CONTENT,
        STAMP | NOTE,
        ("updated",),
        "The publisher says with date and words that the document changed; what changed may stand in a file.",
    ),
    Pair(
        "Content API: a new attachment with its note",
        CONTENT,
        STAMP | NOTE | ANNEX,
        ("attachments", "updated"),
        "A file that was not there, and the publisher's word for it.",
    ),
    Pair(
        "Content API: attachment replaced under the same link",
        CONTENT,
        {"120345": "120999"},
        ("attachments",),
        "Another length is another file, though no stamp moved.",
    ),
    Pair(
        "Content API: length of a known file told at last",
        Form(source=CALL, answers={CALL.address: DOCUMENT.replace(', "file_size": 120345', "")}),
        {'"content_type": "application/pdf"}': '"content_type": "application/pdf", "file_size": 120345}'},
        NOTHING,
        "Nothing says that the file is another one.",
    ),
    Pair(
        "Content API: closed",
        CONTENT,
        CLOSED,
        ("status",),
        "Nobody can respond any more.",
    ),
    Pair(
        "Content API: closes a week later",
        CONTENT,
        {"2026-05-25T17:00:00+01:00": "2026-06-01T17:00:00+01:00"},
        ("closing date",),
        "Who believed the first date would give up for nothing.",
    ),
    Pair(
        "Content API: the same closing moment with milliseconds in UTC",
        CONTENT,
        {"2026-05-25T17:00:00+01:00": "2026-05-25T16:00:00.000Z"},
        NOTHING,
        "Five in the afternoon in London, in both.",
    ),
    Pair(
        "Content API: the same closing moment without seconds",
        CONTENT,
        {"2026-05-25T17:00:00+01:00": "2026-05-25T17:00+01:00"},
        NOTHING,
        "No second of it was ever meant.",
    ),
    Pair(
        "Content API: opens later",
        CONTENT,
        {'"opening_date": "2026-03-25T09:30:00+00:00"': '"opening_date": "2026-04-01T09:30:00+01:00"'},
        ("opening date",),
        "A date on which somebody can act.",
    ),
    Pair(
        "Content API: class names in the body",
        CONTENT,
        {'class=\\"govspeak\\"': 'class=\\"gem-c-govspeak\\" data-module=\\"x\\"'},
        NOTHING,
        "Markup for a style.",
    ),
    Pair(
        "Content API: a sentence added to the body",
        CONTENT,
        {"Unit asks.": "Unit asks. It answers in June."},
        ("text",),
        "Words that were not there, even without a major update.",
    ),
    Pair(
        "Content API: another organisation beside the first",
        CONTENT,
        {'"organisations": [': '"organisations": [{"title": "Government Digital Service"}, '},
        NOTHING,
        "Departments merge, and their documents are filed anew; no word changed.",
    ),
    Pair(
        "Content API: of a former government",
        CONTENT,
        {'"political": true': '"political": false'},
        NOTHING,
        "A flag for a banner above the page.",
    ),
    Pair(
        "Content API: a Welsh version exists now",
        CONTENT,
        WELSH,
        NOTHING,
        "The document did not change; it can be read in two languages, and is shown so.",
    ),
    Pair(
        "Content API: withdrawn notice",
        CONTENT,
        WITHDRAWN,
        ("removed",),
        "The publisher takes it back: told after the second look, and its text stays readable.",
    ),
)

SEARCHING = SHIPPED["cabinet-office-search"]
SEARCH = Form(
    source=SEARCHING,
    answers={
        SEARCHING.address: """{"results": [{
  "title": "Example: call for evidence", "description": "Example: what should the plan hold?",
  "link": "PATH", "public_timestamp": "2026-03-25T09:30:00Z", "display_type": "Open call for evidence",
  "end_date": "2026-05-25T17:00:00.000+01:00", "content_id": "55555555-5555-4555-8555-555555555555",
  "is_historic": false, "es_score": null}],
  "total": 1, "start": 0, "suggested_queries": [], "es_cluster": "A"}""".replace("PATH", PATH),
        CALL.address: DOCUMENT,
    },
)
OF_SEARCH = (
    Pair(
        "Search API: other cluster, score and flags",
        SEARCH,
        {'"es_cluster": "A"': '"es_cluster": "B"', '"es_score": null': '"es_score": 1.5'},
        NOTHING,
        "The search engine's own affairs.",
    ),
    Pair(
        "Search API: the document cannot be looked up this time",
        SEARCH,
        {},
        NOTHING,
        "A failed request says nothing about the document.",
        {CALL.address: 500},
    ),
    Pair(
        "Search API: major update seen in search and document",
        SEARCH,
        {"2026-03-25T09:30:00Z": "2026-04-02T08:00:00Z"} | STAMP | NOTE,
        ("updated",),
        "public_timestamp moves for major updates only.",
    ),
    Pair(
        "Search API: closed, in search and document",
        SEARCH,
        {"Open call for evidence": "Closed call for evidence"} | CLOSED,
        ("status",),
        "Nobody can respond any more.",
    ),
)

ELSEWHERE = Form(
    source=SEARCHING,
    answers={
        SEARCHING.address: SEARCH.answers[SEARCHING.address].replace(
            PATH, "https://www.example.gov.uk/consultation"
        )
    },
)
OF_LINES = (
    Pair(
        "Search API: closes later, a result that is never looked up",
        ELSEWHERE,
        {"2026-05-25T17:00:00.000+01:00": "2026-06-01T17:00:00.000+01:00"},
        ("closing date",),
        "The line of the list is all that we have of it, and it says another date.",
    ),
    Pair(
        "Search API: other title, a result that is never looked up",
        ELSEWHERE,
        {"Example: call for evidence": "Example: call for views"},
        ("title",),
        "Other words in the title.",
    ),
)

CITIZEN = SHIPPED["scotland-consultations"]
FINDER = CITIZEN.fallbacks[0]
PAGE = "https://consult.gov.scot/open-government/example/"
CARD = """<!DOCTYPE html><html lang="en"><head><title>Find consultations</title></head><body>
<ul id="consultations"><li class="dss-card" data-consultation-state="open">
<h2><a href="PAGE">Example: a code of openness</a></h2>
<div class="row"><div class="col-md-9"><span>Example: we ask about the code.</span></div>
<div class="cs-date-delta"><span>Opened</span> 6 August 2026</div></div></li></ul></body></html>"""
DATES = """<!DOCTYPE html><html lang="en"><body><h1>Example: a code of openness</h1>
<p class="cs-consultation-sidebar-primary-date"><span>Closes</span> 29 Oct 2026</p>
<p class="cs-consultation-sidebar-secondary-date"><span>Opened</span> 6 Aug 2026</p></body></html>"""
INTERFACE = Form(
    source=CITIZEN,
    answers={
        CITIZEN.address: """[{"id": "example", "title": "Example: a code of openness", "url": "PAGE",
  "participate_url": "PAGEconsultation/", "status": "open", "startdate": "2026/08/06",
  "enddate": "2026/10/29", "department": "Digital Directorate",
  "overview": "<p>Example: we ask about the <strong>code</strong> and its annex.</p>"}]""".replace(
            "PAGE", PAGE
        ),
        FINDER: CARD.replace("PAGE", PAGE),
        PAGE: DATES,
    },
)
OF_CITIZEN_SPACE = (
    Pair(
        "Citizen Space: the interface is off, the finder answers",
        INTERFACE,
        {},
        NOTHING,
        "Another way to ask for the same consultation, which tells less of it.",
        {CITIZEN.address: 404},
    ),
    Pair(
        "Citizen Space: closes later",
        INTERFACE,
        {"2026/10/29": "2026/11/12"},
        ("closing date",),
        "There is more time to respond.",
    ),
    Pair(
        "Citizen Space: no closing date any more",
        INTERFACE,
        {'"enddate": "2026/10/29"': '"enddate": ""'},
        ("closing date",),
        "What was announced is no longer said.",
    ),
    Pair(
        "Citizen Space: closed",
        INTERFACE,
        {'"status": "open"': '"status": "closed"'},
        ("status",),
        "Nobody can respond any more.",
    ),
    Pair(
        "Citizen Space: another address of the form",
        INTERFACE,
        {"consultation/": "consultation/intro/"},
        NOTHING,
        "Where the form begins is no part of the document.",
    ),
)

NETWORK = make_source("network", kind="jsonfeed", address="https://network.example.org/feed.json")
JSON_FEED = Form(
    source=NETWORK,
    answers={
        NETWORK.address: """{"version": "https://jsonfeed.org/version/1.1", "title": "Example", "items": [{
  "id": "1", "url": "https://network.example.org/read-out/", "title": "Example: read-out",
  "content_html": "<p>Example words.</p>", "date_published": "2026-05-05T10:11:00+01:00",
  "date_modified": "2026-05-06T09:00:00Z", "tags": ["Read-outs"],
  "attachments": [{"url": "/slides.pdf", "mime_type": "application/pdf", "size_in_bytes": 4096},
                  {"url": "/notes.pdf", "mime_type": "application/pdf", "size_in_bytes": 2048}]}]}"""
    },
)
FILES = (
    '{"url": "/slides.pdf", "mime_type": "application/pdf", "size_in_bytes": 4096}',
    '{"url": "/notes.pdf", "mime_type": "application/pdf", "size_in_bytes": 2048}',
)
OF_JSON_FEED = (
    Pair(
        "JSON Feed: modified, and a tag more",
        JSON_FEED,
        {"2026-05-06T09:00:00Z": "2026-05-07T09:00:00Z", '["Read-outs"]': '["Read-outs", "NAP7"]'},
        NOTHING,
        "No word changed.",
    ),
    Pair(
        "JSON Feed: attachments in another order",
        JSON_FEED,
        {FILES[0]: "FIRST", FILES[1]: FILES[0], "FIRST": FILES[1]},
        NOTHING,
        "The same two files.",
    ),
    Pair(
        "JSON Feed: an attachment gone",
        JSON_FEED,
        {f"{FILES[0]},": ""},
        ("attachments",),
        "Who had linked to the slides will look for them in vain.",
    ),
)

SITE = make_source("site", kind="sitemap", address="https://www.example.scot/sitemap.xml")
SITEMAP = Form(
    source=SITE,
    answers={
        SITE.address: """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url>
<loc>https://www.example.scot/publications/open-government-plan/</loc><lastmod>2026-08-20</lastmod>
<changefreq>monthly</changefreq><priority>0.5</priority></url></urlset>"""
    },
)
OF_SITEMAP = (
    Pair(
        "sitemap: lastmod moved",
        SITEMAP,
        {"2026-08-20": "2026-09-01"},
        ("updated",),
        "The one signal of change that such a site has; a source is read so only where nothing better is.",
    ),
    Pair(
        "sitemap: lastmod of the same day with its time",
        SITEMAP,
        {"2026-08-20": "2026-08-20T00:00:00+01:00"},
        NOTHING,
        "The same day, told more exactly.",
    ),
    Pair(
        "sitemap: priority",
        SITEMAP,
        {"<priority>0.5": "<priority>0.8"},
        NOTHING,
        "A wish to search engines.",
    ),
)

DOCUMENTS = (*OF_CONTENT, *OF_SEARCH, *OF_LINES, *OF_CITIZEN_SPACE, *OF_JSON_FEED, *OF_SITEMAP)
