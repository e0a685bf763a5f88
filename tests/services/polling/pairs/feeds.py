"""Pairs of items of blogs, WordPress, Drupal and legislation.gov.uk, each in its form."""

from __future__ import annotations

from tests.parse.html.sources import SHIPPED
from tests.services.polling.pairs.form import NOTHING, Form, Pair
from tests.support.builders import make_source

BLOG = Form(
    source=SHIPPED["gds-blog"],
    answers={
        SHIPPED["gds-blog"].address: """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"
  xml:lang="en-US">
  <title type="text">Government Digital Service</title>
  <updated>2026-05-23T12:00:00Z</updated>
  <id>https://gds.blog.gov.uk/feed/atom/</id>
  <entry>
    <author><name>example-login</name></author>
    <title type="html"><![CDATA[Example: what openness can&#8217;t do]]></title>
    <link rel="alternate" type="text/html" href="https://gds.blog.gov.uk/2026/05/23/example/"/>
    <id>https://gds.blog.gov.uk/?p=14591</id>
    <updated>2026-05-23T12:00:00Z</updated>
    <published>2026-05-23T11:55:38Z</published>
    <category scheme="https://gds.blog.gov.uk" term="Open data"/>
    <summary type="html"><![CDATA[Example: the first words of the post ...]]></summary>
    <content type="html"><![CDATA[<p>Example: the first words of the post say that 40 of 50 plans
      are <a href="/plans?utm_source=feed">done</a>.</p>
      <p><img src="/graph-1.png" alt="Example graph" width="600"></p>]]></content>
    <link rel="replies" type="text/html" href="https://gds.blog.gov.uk/2026/05/23/example/#comments"/>
    <thr:total>3</thr:total>
  </entry>
</feed>"""
    },
)

OF_BLOG = (
    Pair(
        "blog: a comment more",
        BLOG,
        {"<thr:total>3": "<thr:total>4"},
        NOTHING,
        "A counter of replies is no word of the document.",
    ),
    Pair(
        "blog: updated moved",
        BLOG,
        {"2026-05-23T12:00:00Z": "2026-05-24T08:00:00Z"},
        NOTHING,
        "WordPress moves it for every save, and no word changed.",
    ),
    Pair(
        "blog: straight quotes",
        BLOG,
        {"can&#8217;t": "can't"},
        NOTHING,
        "A curly and a straight apostrophe are one sign.",
    ),
    Pair(
        "blog: a category more",
        BLOG,
        {"<summary": '<category scheme="https://gds.blog.gov.uk" term="News"/><summary'},
        NOTHING,
        "Where a post is filed is kept, and no news of the document.",
    ),
    Pair(
        "blog: another login name",
        BLOG,
        {"example-login": "example-other"},
        NOTHING,
        "Authors of blogs may be login names and are not republished.",
    ),
    Pair(
        "blog: a figure changed",
        BLOG,
        {"40 of 50": "42 of 50"},
        ("text",),
        "A figure is what such a text is read for.",
    ),
    Pair(
        "blog: image swapped",
        BLOG,
        {"/graph-1.png": "/graph-2.png", 'width="600"': 'width="800"'},
        NOTHING,
        "Images are not republished; what the new one shows is not known, and its words stayed.",
    ),
    Pair(
        "blog: words of an image changed",
        BLOG,
        {"Example graph": "Example graph of 42 plans"},
        ("text",),
        "For who cannot see the image these words are the document.",
    ),
    Pair(
        "blog: tracking parameter on a link in the text",
        BLOG,
        {"utm_source=feed": "utm_source=atom&amp;utm_medium=web"},
        NOTHING,
        "It says where a reader came from.",
    ),
    Pair(
        "blog: a link in the text leads elsewhere",
        BLOG,
        {"/plans?": "/plans-2026?"},
        NOTHING,
        "Sites move their pages all the time, and would revise every page that links there; the words are "
        "what is judged. Links to attachments are judged by themselves.",
    ),
)

WORDPRESS = Form(
    source=SHIPPED["uk-ogn"],
    answers={
        SHIPPED["uk-ogn"].address: """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
  xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:slash="http://purl.org/rss/1.0/modules/slash/">
<channel>
  <title>UK Open Government Network</title>
  <link>https://www.opengovernment.org.uk</link>
  <lastBuildDate>Tue, 05 May 2026 10:12:00 +0000</lastBuildDate>
  <language>en-GB</language>
  <item>
    <title>Example forum &#8211; read-out</title>
    <link>https://www.opengovernment.org.uk/2026/05/05/example/</link>
    <dc:creator><![CDATA[Guest]]></dc:creator>
    <pubDate>Tue, 05 May 2026 10:11:00 +0000</pubDate>
    <category><![CDATA[Uncategorised]]></category>
    <guid isPermaLink="false">http://staging.example.org/?p=99999</guid>
    <description><![CDATA[<p>Example: first words of the read-out [&#8230;]</p>
]]></description>
    <content:encoded><![CDATA[<p class="lead" id="one">Example: first words of the read-out,
      and more of them.</p>
]]></content:encoded>
    <slash:comments>0</slash:comments>
    <enclosure url="https://www.opengovernment.org.uk/slides.pdf" length="4096" type="application/pdf"/>
  </item>
</channel></rss>"""
    },
)
FULL = """    <content:encoded><![CDATA[<p class="lead" id="one">Example: first words of the read-out,
      and more of them.</p>
]]></content:encoded>"""

OF_WORDPRESS = (
    Pair(
        "WordPress: feed built anew",
        WORDPRESS,
        {"10:12:00": "11:30:00", "<slash:comments>0": "<slash:comments>2"},
        NOTHING,
        "When the feed was built, and how many comments there are.",
    ),
    Pair(
        "WordPress: attributes in another order, other class",
        WORDPRESS,
        {'<p class="lead" id="one">': '<p id="two" class="wp-block">'},
        NOTHING,
        "Attributes are no words.",
    ),
    Pair(
        "WordPress: line under the post",
        WORDPRESS,
        {
            "more of them.</p>": 'more of them.</p><p>The post <a href="https://www.opengovernment.org.uk/x/">'
            'Example</a> first appeared on <a href="https://www.opengovernment.org.uk">Network</a>.</p>'
        },
        NOTHING,
        "The software adds it to every post of a site.",
    ),
    Pair(
        "WordPress: the site sends summaries now",
        WORDPRESS,
        {FULL: ""},
        NOTHING,
        "A setting of the feed; the excerpt is the beginning of the known text, and says that it is cut.",
    ),
    Pair(
        "WordPress: staging host in the guid",
        WORDPRESS,
        {"http://staging.example.org/?p=99999": "https://www.opengovernment.org.uk/?p=99999"},
        NOTHING,
        "The link is the same document.",
    ),
    Pair(
        "WordPress: dated anew",
        WORDPRESS,
        {"Tue, 05 May 2026 10:11:00": "Thu, 07 May 2026 09:00:00"},
        NOTHING,
        "A publication date never moves once it was told, and no word changed.",
    ),
    Pair(
        "WordPress: attachment replaced under the same link",
        WORDPRESS,
        {'length="4096"': 'length="5120"'},
        ("attachments",),
        "Another length is another file.",
    ),
    Pair(
        "WordPress: length of the attachment no longer told",
        WORDPRESS,
        {'length="4096"': 'length="0"'},
        NOTHING,
        "RSS asks for a length, and software that does not know one writes 0 (RSS advisory board).",
    ),
    Pair(
        "WordPress: paragraph added",
        WORDPRESS,
        {"more of them.</p>": "more of them.</p><p>Next meeting: 9 September.</p>"},
        ("text",),
        "A paragraph that was not there.",
    ),
    Pair(
        "WordPress: title escaped as another reference",
        WORDPRESS,
        {"&#8211;": "&amp;ndash;"},
        NOTHING,
        "One dash.",
    ),
)

WALES = Form(
    source=SHIPPED["wales-announcements"],
    answers={
        SHIPPED["wales-announcements"].address: """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Announcements</title><link>https://www.gov.wales/</link>
<item><title>Written Statement: Example: Llŷr's plan for open government</title>
<link>https://www.gov.wales/written-statement-example?utm_source=rss-announcements&amp;utm_medium=rss-feed</link>
<pubDate>Fri, 18 Sep 2026 09:30:00 +0100</pubDate><category>Digital</category>
<guid isPermaLink="false">99999 at https://www.gov.wales</guid></item></channel></rss>"""
    },
)
NI = Form(
    source=SHIPPED["ni-finance-news"],
    answers={
        SHIPPED["ni-finance-news"].address: """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xml:base="https://www.finance-ni.gov.uk/news/feed"><channel>
<title>News from the Department of Finance</title><link>https://www.finance-ni.gov.uk/news/feed</link>
<item><title>Example: Minister opens consultation</title>
<link>https://www.finance-ni.gov.uk/news/example</link><description></description>
<pubDate>15 September 2026</pubDate><guid isPermaLink="true">https://www.finance-ni.gov.uk/node/99999</guid>
</item></channel></rss>"""
    },
)
LEGISLATION = Form(
    source=make_source("legislation", address="https://www.legislation.gov.uk/new/data.feed"),
    answers={
        "https://www.legislation.gov.uk/new/data.feed": """<feed xmlns="http://www.w3.org/2005/Atom">
<id>http://legislation.data.gov.uk/all/data.feed</id><updated>2015-12-10T14:16:51.818</updated>
<title>Search Results</title><entry><id>http://www.legislation.gov.uk/id/nisr/2015/999</id>
<title>The Example Regulations 2015</title><link href="http://www.legislation.gov.uk/nisr/2015/999/made"/>
<updated>2015-12-10T14:38:03.439Z</updated><published>2015-12-10T14:16:50.57Z</published>
<summary>Example: these Regulations amend others.</summary></entry></feed>"""
    },
)

OF_OTHERS = (
    Pair(
        "gov.wales: other tracking parameters",
        WALES,
        {"utm_source=rss-announcements&amp;utm_medium=rss-feed": "utm_campaign=rss"},
        NOTHING,
        "The same page, and one document.",
    ),
    Pair(
        "gov.wales: one letter in two characters",
        WALES,
        {"ŷ": "y\u0302"},
        NOTHING,
        "Two ways in which Unicode writes the same Welsh letter.",
    ),
    Pair(
        "gov.wales: host, scheme and slash",
        WALES,
        {"https://www.gov.wales/written-statement-example?": "http://gov.wales/written-statement-example/?"},
        NOTHING,
        "Another writing of one address.",
    ),
    Pair(
        "NI: date in escaped markup",
        NI,
        {
            "15 September 2026": "&lt;time datetime=&quot;2026-09-15T12:00:00Z&quot;&gt;15 September 2026"
            "&lt;/time&gt;"
        },
        NOTHING,
        "Noon is Drupal's placeholder; it is the same day.",
    ),
    Pair(
        "NI: a summary where there was none",
        NI,
        {"<description></description>": "<description>Example: it runs for twelve weeks.</description>"},
        ("text",),
        "Words that nobody could read before.",
    ),
    Pair(
        "legislation.gov.uk: stamped anew",
        LEGISLATION,
        {
            "2015-12-10T14:38:03.439Z": "2015-12-16T00:20:05.1Z",
            "2015-12-10T14:16:50.57Z": "2015-12-16T00:00:00Z",
        },
        NOTHING,
        "It re-stamps half of its feed within a day without touching a word (seen 2015-12).",
    ),
)

FEEDS = (*OF_BLOG, *OF_WORDPRESS, *OF_OTHERS)
