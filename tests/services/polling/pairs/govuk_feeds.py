"""Pairs of items of GOV.UK's two families of feeds."""

from __future__ import annotations

from tests.parse.html.sources import SHIPPED
from tests.services.polling.pairs.form import NOTHING, Form, Pair

ORGANISATION = Form(
    source=SHIPPED["cabinet-office"],
    answers={
        SHIPPED["cabinet-office"].address: """<?xml version="1.0" encoding="UTF-8"?>
<feed xml:lang="en-GB" xmlns="http://www.w3.org/2005/Atom">
  <id>tag:www.gov.uk,2005:/government/organisations/cabinet-office</id>
  <title>Cabinet Office - Activity on GOV.UK</title>
  <updated>2026-05-25T16:00:00Z</updated>
  <entry>
    <id>https://www.gov.uk/government/consultations/example#2026-05-25T16:00:00Z</id>
    <updated>2026-05-25T16:00:00Z</updated>
    <link rel="alternate" type="text/html" href="https://www.gov.uk/government/consultations/example"/>
    <title>Open consultation: Example: openness in 2026-27</title>
    <category label="Open consultation" term="Open consultation"/>
    <summary>Example: we want your views &amp; ideas.</summary>
  </entry>
</feed>"""
    },
)
MOVED = {"2026-05-25T16:00:00Z": "2026-06-02T08:15:00Z"}

OF_ORGANISATION = (
    Pair(
        "GOV.UK: updated moved on",
        ORGANISATION,
        MOVED,
        ("updated",),
        "public_timestamp moves for major updates only: the publisher says that the document changed.",
    ),
    Pair(
        "GOV.UK: updated moved back",
        ORGANISATION,
        {"2026-05-25T16:00:00Z": "2026-05-20T09:00:00Z"},
        NOTHING,
        "An editor corrected the stamp; a major update would bear a later one.",
    ),
    Pair(
        "GOV.UK: the same instant in another zone",
        ORGANISATION,
        {"2026-05-25T16:00:00Z": "2026-05-25T17:00:00+01:00"},
        NOTHING,
        "17:00 in London in summer is 16:00 UTC.",
    ),
    Pair(
        "GOV.UK: open consultation closed",
        ORGANISATION,
        {"Open consultation": "Closed consultation"},
        ("status",),
        "Nobody can respond any more, though the stamp and the words did not move.",
    ),
    Pair(
        "GOV.UK: hyphen of a year became a dash",
        ORGANISATION,
        {"2026-27": "2026–27"},
        NOTHING,
        "Typography is no word: the same two years.",
    ),
    Pair(
        "GOV.UK: title in capitals",
        ORGANISATION,
        {"Example: openness in": "EXAMPLE: Openness In"},
        NOTHING,
        "Case is no substance.",
    ),
    Pair(
        "GOV.UK: a typo in the title corrected",
        ORGANISATION,
        {"Example: openness in": "Example: open government in"},
        ("title",),
        "The title is the first thing that readers see and search; it is other words now.",
    ),
    Pair(
        "GOV.UK: summary says more",
        ORGANISATION,
        {"ideas.": "ideas. We ask nine questions."},
        ("text",),
        "A sentence was added to a text that had not been cut.",
    ),
    Pair(
        "GOV.UK: summary spaced anew",
        ORGANISATION,
        {"we want your": "we\n      want\u00a0your"},
        NOTHING,
        "White space is no word, a no-break space neither.",
    ),
)

LONG = "Example: how people can take part in the plan &amp;amp; comment on it"
FINDER = Form(
    source=SHIPPED["govuk-papers"],
    answers={
        SHIPPED["govuk-papers"].address: f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xml:lang="en-US" xmlns="http://www.w3.org/2005/Atom">
  <id>tag:www.gov.uk,2005:/search/policy-papers-and-consultations</id>
  <title>Policy papers and consultations</title>
  <updated>2026-05-25T17:00:00+01:00</updated>
  <entry>
    <id>tag:www.gov.uk,2005:/government/publications/example</id>
    <updated>2026-05-25T17:00:00+01:00</updated>
    <link rel="alternate" type="text/html" href="https://www.gov.uk/government/publications/example"/>
    <title>Example: open government</title>
    <summary type="html">{LONG} until its end…</summary>
  </entry>
</feed>"""
    },
)

OF_FINDER = (
    Pair(
        "finder: words of the search marked",
        FINDER,
        {"the plan": "the &lt;mark&gt;plan&lt;/mark&gt;"},
        NOTHING,
        "The mark shows what was searched for.",
    ),
    Pair(
        "finder: escaped once instead of twice",
        FINDER,
        {"&amp;amp;": "&amp;"},
        NOTHING,
        "Both say one ampersand.",
    ),
    Pair(
        "finder: summary cut later",
        FINDER,
        {"until its end…": "until its end, which is in June, and after…"},
        NOTHING,
        "Where a finder cuts is its own affair; what both show is the same.",
    ),
    Pair(
        "finder: summary cut earlier",
        FINDER,
        {" until its end…": "…"},
        NOTHING,
        "What is cut away has not gone from the document.",
    ),
    Pair(
        "finder: summary no longer cut",
        FINDER,
        {"until its end…": "until its end in June."},
        NOTHING,
        "The rest of a sentence of which the beginning was known.",
    ),
    Pair(
        "finder: other words before the cut",
        FINDER,
        {"take part in the plan": "take part in the pilot"},
        ("text",),
        "What both show is not the same.",
    ),
    Pair(
        "finder: American English became British",
        FINDER,
        {'xml:lang="en-US"': 'xml:lang="en-GB"'},
        NOTHING,
        "The label of the language was wrong; no word changed.",
    ),
)

GOVUK_FEEDS = (*OF_ORGANISATION, *OF_FINDER)
