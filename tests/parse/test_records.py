"""A folder of records becomes items. All issues of a file are reported with their line and a remedy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import RawClaim, RawEntry, RawLink, Reject
from aggregator.parse import reader_for
from tests.parse.answers import read_records
from tests.support.builders import make_source

WHOLE = """---
id: example-forum
body: uk-msf
title: Example forum of 24 January 2024
type: meeting-record
document: https://network.example.org/read-out/
published: 2024-02
language: en
claims:
  - what: meeting held
    date: 2024-01-24
    source: https://forum.example.org/t/1
  - what: plan announced
    date: 2024
    source: https://forum.example.org/t/1
    note: year only
  - what: not yet sourced
added: 2026-11-23
---
First *words* of
the `record`.

<script>alert(1)</script>

| a | b |
|---|---|
| 1 | 2 |
"""
SMALL = "---\nid: example\nbody: uk-msf\ntitle: Example\nadded: 2026-11-23\n---\n"


def rejects(text: str | bytes, name: str = "example") -> list[tuple[str, str]]:
    page = read_records(**{name: text})
    assert page.entries == ()
    return [(reject.item_name, reject.why) for reject in page.rejects]


def test_a_whole_record_becomes_an_entry() -> None:
    page = read_records(example__forum=WHOLE)
    assert page.rejects == ()
    [entry] = page.entries
    assert entry.content == (
        "<p>First <em>words</em> of\nthe <code>record</code>.</p>\n"
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"
        "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n"
        "<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>\n"
    )
    assert entry == RawEntry(
        item_name="example-forum.md",
        id="record:example-forum",
        link="https://network.example.org/read-out/",
        title="Example forum of 24 January 2024",
        summary="First words of the record.",
        summary_is_html=False,
        content=entry.content,
        published="2024-02",
        type="meeting-record",
        language="en",
        links=(RawLink(href="https://forum.example.org/t/1", rel="via"),),
        body="uk-msf",
        claims=(
            RawClaim(what="meeting held", date="2024-01-24", source="https://forum.example.org/t/1"),
            RawClaim(
                what="plan announced", date="2024", source="https://forum.example.org/t/1", note="year only"
            ),
            RawClaim(what="not yet sourced", date=None, source=None),
        ),
    )


def test_a_record_needs_only_id_body_title_and_the_day_it_was_added() -> None:
    assert read_records(example=SMALL).entries == (
        RawEntry(
            item_name="example.md", id="record:example", title="Example", summary_is_html=False, body="uk-msf"
        ),
    )


def test_a_listing_of_records_is_complete_and_in_the_order_of_names() -> None:
    second = SMALL.replace("id: example", "id: another")
    page = read_records(example=SMALL, another=second)
    assert page.complete
    assert [entry.item_name for entry in page.entries] == ["another.md", "example.md"]


def test_a_folder_is_requested_without_a_pause() -> None:
    request = reader_for("records").request(make_source(), "file:records/")
    assert (request.url, request.pause.total_seconds()) == ("file:records/", 0)


def test_a_readme_and_hidden_files_are_no_records_and_other_files_are_named() -> None:
    page = read_records(**{"README.md": "Words", ".hidden": "Words", "notes.txt": "Words"})
    assert (page.entries, [reject.item_name for reject in page.rejects]) == ((), ["notes.txt:1"])


def test_windows_line_ends_and_a_byte_order_mark_are_read() -> None:
    text = (SMALL + "Words.").replace("\n", "\r\n").encode("utf-8-sig")
    assert read_records(example=text).entries[0].content == "<p>Words.</p>\n"


def test_an_invalid_file_is_rejected_and_the_others_are_read() -> None:
    page = read_records(example=SMALL, wrong="Words")
    assert len(page.entries) == 1
    assert page.rejects == (
        Reject(item_name="wrong.md:1", why="a record starts with its facts: write --- on the first line"),
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "text"),
    [
        ("title: Example\n", "", 2, "the key 'title' is missing: write 'title:' with text"),
        ("title: Example", "titel: Example", 4, "the key 'titel' is not known; did you mean 'title'?"),
        (
            "added: 2026-11-23",
            "zzz: 1\nadded: 2026-11-23",
            5,
            "the key 'zzz' is not known; known keys: id, body",
        ),
        (
            "title: Example",
            "title:",
            4,
            "'title' is empty: leave the key out when it is not known, or write text",
        ),
        ("title: Example", "title: 2024", 4, "'title' is '2024', but should be text"),
        ("title: Example", "title: ' '", 4, "'title' is ' ', but should be text"),
        (
            "id: example",
            "id: other",
            2,
            "the id is 'other', but the file is named example.md: make them the same",
        ),
        ("id: example", "id: Example_1", 2, "'id' is 'Example_1', but should be small letters, digits and"),
        ("added: 2026-11-23", "added: 2026-11", 5, "'added' is '2026-11', but should be the day on which"),
        (
            "added: 2026-11-23",
            "added: 2026-02-30",
            5,
            "'added' is '2026-02-30', but should be the day on which",
        ),
        (
            "body: uk-msf",
            "body: uk-msf\ntype: Minutes",
            4,
            "'type' is 'Minutes', but should be small letters",
        ),
        (
            "body: uk-msf",
            "body: uk-msf\nlanguage: English",
            4,
            "'language' is 'English', but should be a language",
        ),
        ("body: uk-msf", "body: uk-msf\nlanguage: no", 4, "'language' is 'False', but should be a language"),
        (
            "body: uk-msf",
            "body: uk-msf\ndocument: gov.uk/x",
            4,
            "'document' is 'gov.uk/x', but should be an address",
        ),
        (
            "body: uk-msf",
            "body: uk-msf\npublished: 1 May 2024",
            4,
            "'published' is '1 May 2024', but should be a date",
        ),
        (
            "body: uk-msf",
            "body: uk-msf\npublished: 2024-13",
            4,
            "'published' is '2024-13', but should be a date",
        ),
        ("body: uk-msf", "body: uk-msf\nclaims: held", 4, "'claims' is 'held', but should be a list"),
        (
            "body: uk-msf",
            "body: uk-msf\nclaims:\n  - held",
            5,
            "write the facts here as 'key: value' lines: what",
        ),
        (
            "body: uk-msf",
            "body: uk-msf\nclaims:\n  - date: 2024",
            5,
            "the key 'what' is missing: write 'what:' with",
        ),
        (
            "body: uk-msf",
            "body: uk-msf\nclaims:\n  - what: a\n    date: soon",
            6,
            "'date' is 'soon', but should be",
        ),
        (
            "body: uk-msf",
            "body: uk-msf\nclaims:\n  - what: a\n    source: '#1'",
            6,
            "'source' is '#1', but should",
        ),
        ("body: uk-msf", "body: uk-msf\nclaims:\n  - what: a\n    sorce: b", 6, "did you mean 'source'?"),
        ("title: Example", "title: Example\ntitle: Twice", 5, "the key 'title' occurs twice here"),
        ("title: Example", "title: 'Example", 5, "this is not valid YAML"),
    ],
)
def test_an_issue_is_reported_with_its_line_and_a_remedy(old: str, new: str, line: int, text: str) -> None:
    found = rejects(SMALL.replace(old, new, 1))
    assert [where for where, why in found if text in why] == [f"example.md:{line}"]


def test_all_issues_of_a_file_are_reported() -> None:
    text = "---\nid: example\nbody: UK\nadded: soon\n---\n"
    assert [where for where, _ in rejects(text)] == ["example.md:2", "example.md:3", "example.md:4"]


def test_facts_without_an_end_and_bytes_that_are_not_utf_8_are_issues() -> None:
    assert rejects("---\nid: example\n")[0][1].startswith("the facts do not end")
    where, why = rejects(SMALL.encode() + b"Words\n\xa35\n")[0]
    assert (where, why) == ("example.md:8", "this is not UTF-8; save the file as UTF-8")


def test_facts_that_are_too_long_are_an_issue_that_says_where_longer_texts_go() -> None:
    [(where, why)] = rejects(SMALL.replace("Example", "word " * 4_000))
    assert where == "example.md:1"
    assert why == "the facts hold at most 20,000 characters; put longer texts below the second ---"


@pytest.mark.parametrize("bracket", ["[", "{"])
def test_endless_brackets_are_an_issue_at_once(bracket: str) -> None:
    """Thousands of brackets once took a minute."""
    [(where, why)] = rejects(SMALL.replace("Example", bracket * 19_000))
    assert (where, why.split(";")[0]) == (
        "example.md:4",
        "brackets or lists are nested more than 20 deep here",
    )


@pytest.mark.parametrize("facts", ["", "just words", "- a\n- b", "2024"])
def test_facts_that_are_no_keys_and_values_are_an_issue(facts: str) -> None:
    assert "'key: value' lines" in rejects(f"---\n{facts}\n---\nWords")[0][1]


@given(st.text(), st.text())
def test_any_file_is_an_entry_or_rejected(facts: str, text: str) -> None:
    page = read_records(example=f"---\n{facts}\n---\n{text}".encode("utf-8", "replace"), small=text)
    assert len(page.entries) + len(page.rejects) >= 2


def test_a_record_names_its_attachments_and_who_added_it() -> None:
    extra = (
        "attachments:\n  - title: Slides\n    url: https://example.org/slides.pdf\n"
        "    type: application/pdf\n"
        "added_by: the <chair>\n"
    )
    (entry,) = read_records(example=SMALL.replace("added:", extra + "added:")).entries

    assert entry.links == (
        RawLink(
            href="https://example.org/slides.pdf", rel="enclosure", type="application/pdf", title="Slides"
        ),
    )
    assert entry.content == "<p>Added on 2026-11-23 by the &lt;chair&gt;.</p>\n"


def test_an_attachment_without_an_address_is_refused_with_its_line() -> None:
    extra = "attachments:\n  - title: Slides\n"
    (reject,) = read_records(example=SMALL.replace("added:", extra + "added:")).rejects

    assert "the key 'url' is missing" in reject.why
