"""Pairs of forum topics, and of this project's own records."""

from __future__ import annotations

from tests.parse.html.sources import SHIPPED
from tests.services.polling.pairs.form import NOTHING, RECORD, Form, Pair

FORUM_SOURCE = SHIPPED["uk-ogn-forum"]
FORUM = Form(
    source=FORUM_SOURCE,
    answers={
        FORUM_SOURCE.address: """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:discourse="http://www.discourse.org/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Example: forum - Latest topics</title><link>https://discuss.opengovernment.org.uk/latest</link>
<item><title>Example: read-out of the forum</title><dc:creator><![CDATA[@example Example]]></dc:creator>
<category>UK</category><description><![CDATA[
  <p>Hi all, the forum met <a class="mention" href="/u/second">@second</a> and agreed four actions.</p>
  <p>Slides: <a class="attachment" href="/uploads/short-url/abc.pdf">slides.pdf</a> (1.2 MB)</p>
  <p><small>3 posts - 2 participants</small></p>
  <p><a href="https://discuss.opengovernment.org.uk/t/example-read-out/2805">Read full topic</a></p>
]]></description><link>https://discuss.opengovernment.org.uk/t/example-read-out/2805</link>
<pubDate>Wed, 24 Jan 2024 16:05:00 +0000</pubDate><discourse:topicPinned>No</discourse:topicPinned>
<discourse:topicClosed>No</discourse:topicClosed>
<guid isPermaLink="false">discuss.opengovernment.org.uk-topic-2805</guid></item></channel></rss>"""
    },
)
OF_FORUM = (
    Pair(
        "Discourse: replies counted",
        FORUM,
        {"3 posts - 2 participants": "14 posts - 9 participants"},
        NOTHING,
        "The counter stands in the text and moves with every reply.",
    ),
    Pair(
        "Discourse: pinned, closed, by another name",
        FORUM,
        {"Pinned>No": "Pinned>Yes", "Closed>No": "Closed>Yes", "@example Example": "@other Other"},
        NOTHING,
        "States of a discussion and names of persons are no part of the document.",
    ),
    Pair(
        "Discourse: a member renamed",
        FORUM,
        {'href="/u/second">@second': 'href="/u/third">@third'},
        NOTHING,
        "Names of members are taken out.",
    ),
    Pair(
        "Discourse: the read-out edited",
        FORUM,
        {"agreed four actions": "agreed five actions"},
        ("text",),
        "An edited read-out is another read-out.",
    ),
    Pair(
        "Discourse: title corrected, and with it the address",
        FORUM,
        {"Example: read-out of": "Example: notes of", "/example-read-out/": "/example-notes/"},
        ("title",),
        "The topic's number stays, so it is the same document under a new title.",
    ),
    Pair(
        "Discourse: slides replaced",
        FORUM,
        {"abc.pdf": "def.pdf"},
        ("attachments",),
        "Discourse names an upload by its content.",
    ),
)

KEPT = Form(
    source=SHIPPED["records"],
    answers={
        "records/": f"""---
id: {RECORD.removesuffix(".md")}
body: cabinet-office
title: Example read-out
type: meeting-record
claims:
  - what: meeting held
    date: 2024-01-24
    source: https://www.example.org/one
  - what: next meeting
    date: 2024-03
added: 2026-06-01
---
The forum looked at four commitments and agreed what comes next.
"""
    },
)
MEETING_CLAIM = "  - what: meeting held\n    date: 2024-01-24\n    source: https://www.example.org/one\n"
NEXT = "  - what: next meeting\n    date: 2024-03\n"
OF_RECORDS = (
    Pair(
        "record: a claim's date changed",
        KEPT,
        {"date: 2024-01-24": "date: 2024-01-25"},
        ("dated facts",),
        "A dated fact is what a record is kept for.",
    ),
    Pair(
        "record: a month became a day",
        KEPT,
        {"date: 2024-03": "date: 2024-03-01"},
        ("dated facts",),
        "A month is no day: now it can be put into a calendar.",
    ),
    Pair(
        "record: a source found for a claim",
        KEPT,
        {NEXT: f"{NEXT}    source: https://www.example.org/two\n"},
        ("dated facts",),
        "What was only said can be looked up now.",
    ),
    Pair(
        "record: claims in another order",
        KEPT,
        {MEETING_CLAIM: "", NEXT: NEXT + MEETING_CLAIM},
        NOTHING,
        "The same facts.",
    ),
    Pair(
        "record: lines broken elsewhere, another day of adding",
        KEPT,
        {"four commitments and": "four\ncommitments and", "added: 2026-06-01": "added: 2026-06-02"},
        NOTHING,
        "White space, and our own note.",
    ),
)

POSTS = (*OF_FORUM, *OF_RECORDS)
