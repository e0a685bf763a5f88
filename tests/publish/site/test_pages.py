"""The front page as a whole: what it says about itself, what it loads, how it is built."""

from __future__ import annotations

from itertools import pairwise

from tests.publish.feed_readers import front_page_section, read_page, visible_text
from tests.support.builders import (
    make_document,
    make_entry,
    make_site,
    make_snapshot,
    make_source,
    make_source_with_state,
)


def test_the_page_says_what_it_is_that_it_is_not_official_and_where_its_feeds_are() -> None:
    root = read_page(make_snapshot())
    offered = [(link.get("href"), link.get("title")) for link in root.xpath("//link[@rel='alternate']")]

    assert visible_text(root.find(".//h1")) == "UK open government: updates"
    assert "This is not an official site." in visible_text(root.find(".//header"))
    assert offered == [
        ("feed.atom", "UK open government: updates"),
        ("all.atom", "UK open government: updates: everything"),
    ]
    assert root.xpath("string(//link[@rel='canonical']/@href)") == "https://updates.example.org/"
    assert root.get("lang") == "en-GB"


def test_the_page_loads_nothing_but_its_own_style_sheet() -> None:
    root = read_page(make_snapshot(make_document()))
    policy = root.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")

    assert (
        policy == "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'"
    )
    assert root.xpath("//img | //iframe | //style | //@style") == []
    assert root.xpath("//script/@type") == ["application/ld+json"]
    assert root.xpath("//form/@action") == ["search.html"]
    assert root.xpath("//link[@rel='stylesheet']/@href") == ["style.css"]


def test_the_page_has_landmarks_a_skip_link_and_headings_in_order() -> None:
    root = read_page(make_snapshot(make_document(), make_document(make_entry("record:r", url=None))))
    levels = [int(heading.tag[1]) for heading in root.xpath("//h1 | //h2 | //h3 | //h4")]

    assert root.xpath("//body/a[1]/@href") == ["#main"]
    assert [len(root.findall(f".//{name}")) for name in ("header", "main", "footer")] == [1, 1, 1]
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert {target[1:] for target in root.xpath("//nav//a/@href") if target[0] == "#"} <= set(
        root.xpath("//@id")
    )


def test_a_page_without_anything_says_so() -> None:
    empty = make_snapshot(sources=())

    assert "Nothing about open government has been read yet." in visible_text(
        front_page_section(empty, "news")
    )
    assert "No letter has been made yet." in visible_text(front_page_section(empty, "letter"))
    assert read_page(empty).xpath("//section[@id='closing']") == []


def test_the_footer_names_operator_contact_and_licences() -> None:
    licensed = (make_source_with_state(), make_source_with_state(make_source("ogn", licence="unknown")))
    footer = read_page(make_snapshot(sources=licensed)).find(".//footer")

    assert "run by A Volunteer." in visible_text(footer)
    assert footer.xpath(".//a[starts-with(@href, 'mailto:')]/@href") == ["mailto:volunteer@example.org"]
    assert (
        "Contains public sector information licensed under the Open Government Licence v3.0."
        in visible_text(footer)
    )
    assert "Licence not known: title, link and date only." in visible_text(footer)
    assert "Open Parliament Licence" not in visible_text(footer)


def test_an_operator_without_a_name_or_address_is_not_made_up() -> None:
    nameless = read_page(make_snapshot(site=make_site(operator="", contact="the notice board"))).find(
        ".//footer"
    )

    assert "run by an operator who has not given a name." in visible_text(nameless)
    assert "Write to the notice board" in visible_text(nameless)
