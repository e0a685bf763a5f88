"""Feeds of every form give all their items, each with its own words and address."""

from __future__ import annotations

import json

import pytest

from aggregator.model import Entry, ParsedPage, Reject
from aggregator.normalise import NormalisedPage, normalise
from aggregator.parse import merge_items, reader_for
from tests.parse.answers import ADDRESS, answer, read_feed, refused
from tests.support.builders import NOON, make_source

NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)


def item(name: str, inside: str = "", title: str = "") -> str:
    link = f"https://news.example.org/{name}"
    return f"<item><title>{title or name}</title><link>{link}</link><guid>{link}</guid>{inside}</item>"


def rss(*items: str, before: str = "") -> str:
    return (
        f'{before}<rss version="2.0" {NAMESPACES}><channel><title>A</title>{"".join(items)}</channel></rss>'
    )


def entry(id: str, inside: str) -> str:
    return f"<entry><id>{id}</id>{inside}<updated>2026-06-01T09:00:00Z</updated></entry>"


def atom(*entries: str) -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title>{"".join(entries)}</feed>'


def json_feed(*items: dict[str, str]) -> ParsedPage:
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "A", "items": items}
    return reader_for("jsonfeed").read(make_source(kind="jsonfeed"), answer(json.dumps(document).encode()))


def normalised(page: ParsedPage) -> NormalisedPage:
    return normalise(make_source(), ADDRESS, merge_items(page.entries), now=NOON)


def documents(feed: str | bytes, content_type: str | None = None) -> tuple[Entry, ...]:
    """The documents of a feed of which no item is lost."""
    page = read_feed(feed, content_type)
    result = normalised(page)
    assert (page.rejects, result.rejects) == ((), ())
    return result.entries


def titles(feed: str | bytes, content_type: str | None = None) -> list[str]:
    return [document.title for document in documents(feed, content_type)]


@pytest.mark.parametrize("fault", ["", "<br>&&"], ids=["well-formed", "broken"])
@pytest.mark.parametrize(
    "inside",
    [
        "<description><![CDATA[Your name goes into the <author> element.]]></description>",
        "<description>Your name goes into the &lt;dc:creator&gt; element.</description>",
        "<!-- <author> -->",
        "<!-- </item> --><category><![CDATA[<keywords>]]></category>",
        "<author>B</author>",
        "<dc:creator>B</dc:creator><itunes:owner><itunes:name>B</itunes:name></itunes:owner>",
    ],
)
def test_a_name_of_an_element_in_a_text_is_no_markup_and_no_item_is_lost(inside: str, fault: str) -> None:
    feed = rss(item("a", inside), item("b", "<author>B</author>"), item("c"), fault)
    assert titles(feed) == ["a", "b", "c"]
    assert "'B'" not in repr(read_feed(feed))


def test_an_element_about_a_person_that_never_ends_takes_no_further_item_with_it() -> None:
    assert titles(rss(item("a", "<author>B &&"), item("b"))) == ["a", "b"]


@pytest.mark.parametrize("end", ["<!-- <item> -->", "<item/>", "<item></item>", "<!-- <item> --><item/>"])
def test_a_comment_or_an_empty_item_at_the_end_loses_no_item(end: str) -> None:
    assert titles(rss(item("a"), item("b"), end)) == ["a", "b"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Plan &#55357;&#56832;", "Plan 😀"),
        ("Plan &#xD83D;&#xDE00;", "Plan 😀"),
        ("<![CDATA[Plan &#55357;&#56832;]]>", "Plan 😀"),
        ("Plan &#xD800;7", "Plan 7"),
        ("Plan &#x110000;7", "Plan 7"),
        ("Plan &#99999999999999999999;7", "Plan 7"),
        ("Plan &#0;&#11;&#xFFFF;7", "Plan 7"),
        ("Plan &#233;", "Plan é"),
    ],
)
def test_a_reference_to_no_character_costs_only_itself(written: str, read: str) -> None:
    assert titles(rss(item("a", title=written), item("b"))) == [read, "b"]


@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE rss [<!ENTITY nbsp "&#160;"><!ENTITY pound "&#163;">]>',
        "<!DOCTYPE html [<!ENTITY pound '&#xA3;'><!ENTITY other SYSTEM 'file:///etc/passwd'>]>\n",
        '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://a.example/rss.dtd">',
        '<?xml version="1.0"?><!-- <html> --><!DOCTYPE html>',
        '<!DOCTYPE rss [<!ENTITY pound "&sign;"><!ENTITY sign "&pounds;"><!ENTITY pounds "&#163;">]>',
        # Recursive, but nobody uses it.
        '<!DOCTYPE rss [<!ENTITY a "&b;"><!ENTITY b "&a;">]>',
        "",
    ],
)
def test_a_harmless_document_type_does_not_stand_in_the_way(before: str) -> None:
    assert titles(rss(item("a", title="Open&nbsp;plan &pound;5 &eacute;"), before=before)) == [
        "Open plan £5 é"
    ]


@pytest.mark.parametrize(
    ("before", "title", "words"),
    [
        ('<!DOCTYPE rss [<!ENTITY a "&b;"><!ENTITY b "&a;">]>', "&b;", "contain each other"),
        (
            "<!DOCTYPE rss [<!ENTITY a0 'lol'>"
            + "".join(f"<!ENTITY a{n + 1} '{f'&a{n};' * 10}'>" for n in range(9))
            + "]>",
            "&a9;",
            "characters; 1000000 are read",
        ),
        (
            f'<!DOCTYPE rss [<!ENTITY a "{"a" * 11_000}">]>',
            "&a;" * 100,
            "1100000 characters; 1000000 are read",
        ),
    ],
)
def test_entities_that_grow_without_end_are_refused(before: str, title: str, words: str) -> None:
    assert words in refused(rss(item("a", title=title), before=before)).detail


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    "beside",
    [
        '<media:content url="/p.jpg"><media:title>IMG</media:title>'
        "<media:description>A room</media:description></media:content>",
        "<media:group><media:description>A room</media:description></media:group>",
        "<itunes:summary>A room</itunes:summary><itunes:title>IMG</itunes:title>",
        "<dc:description>A room</dc:description><dc:title>IMG</dc:title>",
    ],
)
def test_the_text_of_an_item_is_its_own(beside: str, first: bool) -> None:
    own = "<description>Nine commitments.</description>"
    [document] = documents(rss(item("a", beside + own if first else own + beside)))
    assert (document.title, document.text) == ("a", "Nine commitments.")


def test_an_item_that_has_only_a_description_of_dublin_core_keeps_it() -> None:
    [document] = documents(rss(item("a", "<dc:description>Nine commitments.</dc:description>")))
    assert document.text == "Nine commitments."


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ('<title type="text">Using the &lt;b&gt; element</title>', "Using the <b> element"),
        ("<title>Using the &lt;b&gt; element</title>", "Using the <b> element"),
        ('<title type="text">R&amp;D &amp;amp; more</title>', "R&D &amp; more"),
        ("<title>Q&amp;amp;A</title>", "Q&A"),
        ('<title type="html">Open &lt;em&gt;plan&lt;/em&gt;</title>', "Open plan"),
    ],
)
def test_an_atom_title_of_type_text_keeps_what_stands_in_angle_brackets(title: str, read: str) -> None:
    [document] = documents(atom(entry("https://a.example/1", title)))
    assert document.title == read


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ('<summary type="text">Using the &lt;b&gt; element</summary>', "Using the <b> element"),
        ("<content>Mail &lt;foi@a.example&gt; &amp;amp; wait</content>", "Mail <foi@a.example> &amp; wait"),
        # Software that calls its HTML plain text.
        ("<summary>&lt;p&gt;An open plan&lt;/p&gt;</summary>", "An open plan"),
        ('<content type="text">An open&lt;br/&gt;plan</content>', "An open plan"),
    ],
)
def test_a_text_of_type_text_keeps_what_stands_in_angle_brackets(body: str, read: str) -> None:
    [document] = documents(atom(entry("https://a.example/1", f"<title>A</title>{body}")))
    assert document.text == read


def test_texts_in_json_keep_what_stands_in_angle_brackets() -> None:
    texts = {"summary": "The <b> element", "content_text": "Use <span> now", "title": "A"}
    page = json_feed({"id": "https://a.example/1", **texts})
    assert [document.text for document in normalised(page).entries] == ["The <b> element Use <span> now"]


def test_a_title_in_json_keeps_what_stands_in_angle_brackets() -> None:
    page = json_feed({"id": "https://a.example/1", "title": "Using the <b> element&#8217;s"})
    assert [document.title for document in normalised(page).entries] == ["Using the <b> element’s"]


def test_an_item_without_a_page_has_its_id_or_its_file_as_its_address() -> None:
    file = '<link rel="enclosure" href="https://a.example/3.pdf" type="application/pdf"/>'
    own = '<link rel="self" href="https://a.example/2"/>'
    elsewhere = '<content type="text/html" src="https://a.example/4"/>'
    guid = "<item><title>5</title><link/><guid>https://a.example/5</guid></item>"
    assert [document.url for document in documents(rss(guid))] == ["https://a.example/5"]
    feed = atom(
        entry("https://a.example/1", "<title>1</title>"),
        entry("tag:a.example,2026:2", f"<title>2</title>{own}"),
        entry("tag:a.example,2026:3", f"<title>3</title>{file}"),
        entry("tag:a.example,2026:4", f"<title>4</title>{elsewhere}"),
    )
    addresses = [document.url for document in documents(feed)]
    assert addresses == [f"https://a.example/{name}" for name in ("1", "2", "3.pdf", "4")]


@pytest.mark.parametrize("order", [("cy", "en"), ("en", "cy")])
def test_the_page_is_the_alternate_in_the_language_of_the_item(order: tuple[str, str]) -> None:
    links = (f'<link hreflang="{code}" type="text/html" href="https://a.example/{code}"/>' for code in order)
    [document] = documents(atom(entry("tag:a,1", "<title>Plan</title>" + "".join(links))))
    assert (document.url, document.links) == ("https://a.example/en", ())
    assert [(one.language, one.url) for one in document.translations] == [("cy", "https://a.example/cy")]


@pytest.mark.parametrize("with_guid", [True, False])
def test_items_that_are_places_of_one_page_are_documents_of_their_own(with_guid: bool) -> None:
    feed = rss(item("updates#a"), item("updates#b"), item("updates#c"))
    for name in "abc" if not with_guid else "":
        feed = feed.replace(f"<guid>https://news.example.org/updates#{name}</guid>", "")
    found = documents(feed)
    assert [document.title for document in found] == ["updates#a", "updates#b", "updates#c"]
    assert len({document.id for document in found}) == 3


def repeated(day: int, title: str, guid: str) -> str:
    date = f"<pubDate>Mon, 0{day} Jun 2026 09:00:00 GMT</pubDate><description>{title}.</description>"
    return f"<item><title>{title}</title><link>https://a.example/plan</link><guid>{guid}</guid>{date}</item>"


@pytest.mark.parametrize("newest_first", [True, False])
def test_the_newest_words_of_a_repeated_item_stand_and_another_item_at_the_address_is_named(
    newest_first: bool,
) -> None:
    items = [repeated(1, "Draft", "one"), repeated(4, "Final", "two"), repeated(3, "FINAL", "two")]
    result = normalised(read_feed(rss(*(reversed(items) if newest_first else items))))
    assert [(document.title, document.text) for document in result.entries] == [("Final", "Final.")]
    named = {True: ("item 3", "item 2"), False: ("item 1", "item 2")}[newest_first]
    why = f"it has the address of {named[1]}, which is newer (title: Draft)"
    assert result.rejects == (Reject(item_name=named[0], why=why),)


def test_the_newest_words_of_a_repeated_item_stand_in_json() -> None:
    page = json_feed(
        {"id": "1", "url": "https://a.example/1", "title": "New", "date_published": "2026-06-04T09:00:00Z"},
        {"id": "1", "url": "https://a.example/1", "title": "Old", "date_published": "2026-06-01T09:00:00Z"},
    )
    assert [document.title for document in normalised(page).entries] == ["New"]


@pytest.mark.parametrize(
    ("encoding", "title"),
    [
        ("koi8-r", "Открытое правительство"),
        ("euc-kr", "열린 정부"),
        ("gb2312", "开放政府"),
        ("shift_jis", "オープン"),
        ("big5", "開放政府"),
        ("iso-8859-2", "Otevřená vláda"),
        ("tis-620", "รัฐบาล"),
        ("mac-roman", "Café"),
        ("iso-2022-jp", "オープン"),
    ],
)
@pytest.mark.parametrize("in_header", [True, False])
def test_an_encoding_that_python_knows_is_decoded_as_declared(
    encoding: str, title: str, in_header: bool
) -> None:
    declaration = "" if in_header else f'<?xml version="1.0" encoding="{encoding}"?>'
    feed = rss(item("a", title=title), before=declaration).encode(encoding)
    assert titles(feed, f"text/xml; charset={encoding}" if in_header else None) == [title]


def test_a_stray_byte_does_not_undo_a_declared_encoding() -> None:
    feed = rss(item("a", title="열린 정부"), before='<?xml version="1.0" encoding="euc-kr"?>').encode(
        "euc-kr"
    )
    assert titles(feed.replace(b"<channel>", b"<channel>\xff"))[0] == "열린 정부"
