"""Parsing JSON payloads, before a kind reads them."""

from __future__ import annotations

import pytest

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched
from aggregator.parse.decode.json_answer import objects_in, read_json, text_at


def read(payload: bytes, content_type: str = "application/json") -> object:
    headers = {"content-type": content_type}
    return read_json(
        Fetched(url="https://a.example/", final_url="", status=200, headers=headers, payload=payload)
    )


def refused(payload: bytes) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(payload)
    return caught.value


def test_json_is_read_in_any_encoding_and_numbers_stay_what_was_written() -> None:
    assert read(b'\xef\xbb\xbf {"a": [1, 1.50, 1e9999, NaN, true, null]}') == {
        "a": ["1", "1.50", "1e9999", "NaN", True, None]
    }
    assert read('["Ŵyl"]'.encode("utf-16")) == ["Ŵyl"]
    assert read(b'["caf\xe9"]', "application/json; charset=iso-8859-1") == ["café"]


def test_a_number_of_a_million_digits_is_read_as_it_was_written() -> None:
    digits = "7" * 1_000_000
    assert read(f"[{digits}]".encode()) == [digits]


@pytest.mark.parametrize(
    ("payload", "cause", "text"),
    [
        (b" \n", Cause.EMPTY, "the answer is empty"),
        (
            b"<!doctype html><title>Sign in</title><input type=password>",
            Cause.NOT_A_FEED,
            "a login page titled 'Sign in' came in place of JSON",
        ),
        (b"<html>\nExample", Cause.NOT_A_FEED, "a page came in place of JSON"),
        (b"<feed>", Cause.NOT_A_FEED, "markup came in place of JSON: it begins '<feed>'"),
        (b'{"a": ', Cause.BROKEN_FEED, "not well-formed JSON (Expecting value: line 1 column 6 (char 5))"),
        (b"Not found", Cause.BROKEN_FEED, "not well-formed JSON"),
        (b"[" + b"[{}]," * 300_000 + b"1]", Cause.BROKEN_FEED, "more objects and lists than an answer has"),
        (b'{"a":' * 100_000, Cause.BROKEN_FEED, "values nested deeper than anybody writes them"),
    ],
)
def test_a_payload_that_is_no_json_is_refused_with_what_it_is(
    payload: bytes, cause: Cause, text: str
) -> None:
    error = refused(payload)
    assert error.cause is cause
    assert text in error.detail


def test_text_is_taken_without_space_around_it_and_without_what_xml_forbids() -> None:
    holder = {"a": " Example\x00\ud800 ", "b": " ", "c": 5, "d": "7", "e": "\ud83d\ude00"}
    assert text_at(holder, "a") == "Example"
    assert [text_at(holder, key) for key in ("b", "c", "missing")] == [None, None, None]
    assert text_at(holder, "d") == "7"


def test_half_a_million_objects_and_lists_are_read() -> None:
    assert read(b"[" + b"{}," * 499_999 + b"1]") == [{}] * 499_999 + ["1"]


def test_of_a_list_only_the_objects_are_taken_and_no_more_than_are_wanted() -> None:
    assert objects_in([{"a": 1}, "b", {"c": 2}, {"d": 3}], 3) == [{"a": 1}, {"c": 2}]
    assert objects_in({"a": 1}, 3) == []
