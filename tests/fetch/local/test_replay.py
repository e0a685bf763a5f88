"""A recording gives the responses of the servers, and never uses the network."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.errors import Cause, ConfigError
from aggregator.fetch.local.replay import ReplayFetcher, recorded_polls
from aggregator.model import Failed, Fetched, FetchResult, NotModified, Request, Validators

FEED = "https://www.gov.uk/search.atom?organisations[]=a&keywords=open+government"
MODIFIED = "Tue, 02 Jan 2024 00:00:00 GMT"
SAMPLES = Path(__file__).parents[4] / "shared" / "samples"


def record(folder: Path, *rows: tuple[object, ...]) -> Path:
    """A recording of (poll, url, status, headers, file) rows, with the files that they name."""
    lines = ["poll\turl\tstatus\theaders\tfile"]
    for poll, url, status, headers, file in rows:
        lines.append(f"{poll}\t{url}\t{status}\t{json.dumps(headers)}\t{file}")
        if file:
            (folder / str(file)).write_text(f"<{file}/>")
    (folder / "replay.tsv").write_text("\n".join(lines) + "\n")
    return folder


def replay(folder: Path, poll: int, request: Request | str) -> FetchResult:
    made = Request(url=request) if isinstance(request, str) else request
    return asyncio.run(ReplayFetcher(folder, poll)(made))


def payload(folder: Path, poll: int, url: str = FEED) -> bytes:
    result = replay(folder, poll, url)
    assert isinstance(result, Fetched), result
    return result.payload


def failure(folder: Path, poll: int, url: str = FEED) -> Failed:
    result = replay(folder, poll, url)
    assert isinstance(result, Failed), result
    return result


def test_an_address_gives_its_last_response_up_to_the_poll(tmp_path: Path) -> None:
    record(tmp_path, (3, FEED, 200, {}, "third"), (1, FEED, 200, {}, "first"))
    assert [payload(tmp_path, poll) for poll in (1, 2, 3, 4)] == [
        b"<first/>",
        b"<first/>",
        b"<third/>",
        b"<third/>",
    ]
    assert failure(tmp_path, 0).cause is Cause.NOT_RECORDED
    assert recorded_polls(tmp_path) == (1, 3)


def test_headers_status_and_address_come_from_the_row(tmp_path: Path) -> None:
    record(tmp_path, (1, FEED, 203, {"ETag": '"1"', "Content-Type": "text/xml"}, "feed"))
    result = replay(tmp_path, 1, FEED)
    assert isinstance(result, Fetched)
    assert (result.status, result.url, result.final_url) == (203, FEED, FEED)
    assert result.headers == {"etag": '"1"', "content-type": "text/xml"}


def test_addresses_are_compared_in_one_form(tmp_path: Path) -> None:
    record(tmp_path, (1, FEED, 200, {}, "feed"))
    same = "HTTPS://www.GOV.uk:443/search.atom?organisations%5B%5D=a&keywords=open+government#top"
    assert payload(tmp_path, 1, same) == b"<feed/>"


@pytest.mark.parametrize("url", ["https://www.gov.uk/other", "http://[::1/", "http://127.0.0.1:9/", ""])
def test_an_address_without_a_row_fails(tmp_path: Path, url: str) -> None:
    record(tmp_path, (1, FEED, 200, {}, "feed"))
    failed = failure(tmp_path, 1, url)
    assert (failed.cause, failed.url) == (Cause.NOT_RECORDED, url)
    assert failed.detail == f"the recording has no answer of {url}".strip()


@pytest.mark.parametrize(
    ("validators", "unchanged"),
    [
        (Validators(etag='W/"1"'), True),
        (Validators(etag='"1"'), False),
        (Validators(last_modified=MODIFIED), True),
        (Validators(last_modified="Wed, 03 Jan 2024 00:00:00 GMT"), False),
        (Validators(etag='"0"', last_modified=MODIFIED), False),
        (Validators(), False),
    ],
)
def test_validators_are_honoured(tmp_path: Path, validators: Validators, unchanged: bool) -> None:
    """If both are sent, the entity tag decides."""
    record(tmp_path, (1, FEED, 200, {"ETag": 'W/"1"', "Last-Modified": MODIFIED}, "feed"))
    result = replay(tmp_path, 1, Request(url=FEED, validators=validators))
    assert isinstance(result, NotModified if unchanged else Fetched)


def test_a_row_without_validators_is_never_unchanged(tmp_path: Path) -> None:
    record(tmp_path, (1, FEED, 200, {}, "feed"))
    for validators in (Validators(etag='"1"'), Validators(last_modified=MODIFIED)):
        assert isinstance(replay(tmp_path, 1, Request(url=FEED, validators=validators)), Fetched)


def test_an_error_status_is_the_failure_that_a_server_would_cause(tmp_path: Path) -> None:
    record(
        tmp_path,
        (1, FEED, 404, {}, ""),
        (2, FEED, 410, {}, ""),
        (3, FEED, 429, {"Retry-After": "60"}, "slow-down"),
        (4, FEED, 200, {}, ""),
        (5, FEED, 599, {}, ""),
        (999_999_999, FEED, 100, {}, ""),
    )
    assert (failure(tmp_path, 1).cause, failure(tmp_path, 1).status) == (Cause.STATUS, 404)
    assert failure(tmp_path, 2).cause is Cause.GONE
    assert failure(tmp_path, 3).retry_after == timedelta(seconds=60)
    assert failure(tmp_path, 4).cause is Cause.EMPTY
    assert [failure(tmp_path, poll).status for poll in (5, 999_999_999)] == [599, 100]


def test_redirects_are_followed_inside_the_recording(tmp_path: Path) -> None:
    moved = "https://www.gov.uk/moved"
    record(
        tmp_path,
        (1, FEED, 301, {"Location": "/moved"}, ""),
        (1, moved, 200, {}, "feed"),
        (2, FEED, 302, {"Location": "https://elsewhere.example/"}, ""),
    )
    result = replay(tmp_path, 1, FEED)
    assert isinstance(result, Fetched)
    assert (result.url, result.final_url, result.moved_to) == (FEED, moved, moved)
    assert failure(tmp_path, 2).cause is Cause.NOT_RECORDED


@pytest.mark.parametrize("status", ["0", "-"])
def test_a_row_may_be_a_failure(tmp_path: Path, status: str) -> None:
    record(tmp_path, (1, FEED, status, {"cause": "TIMEOUT"}, ""))
    failed = failure(tmp_path, 1)
    assert (failed.cause, failed.status) == (Cause.TIMEOUT, None)
    assert FEED in failed.detail


def issues_of(folder: Path, text: str) -> list[str]:
    (folder / "replay.tsv").write_text(text)
    with pytest.raises(ConfigError) as caught:
        ReplayFetcher(folder, 1)
    with pytest.raises(ConfigError):
        recorded_polls(folder)
    assert all(issue.file == str(folder / "replay.tsv") for issue in caught.value.issues)
    return [f"{issue.line}: {issue.what}" for issue in caught.value.issues]


HEAD = "poll\turl\tstatus\theaders\tfile\n"


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("one\thttps://a.example/\t200\t{}\t", "poll is a whole number of at most 9 digits, not 'one'"),
        (
            "1000000000\thttps://a.example/\t200\t{}\t",
            "poll is a whole number of at most 9 digits, not '1000000000'",
        ),
        ("-1\thttps://a.example/\t200\t{}\t", "poll is a whole number of at most 9 digits, not '-1'"),
        ("1\thttps://a.example/\tok\t{}\t", "status is a whole number of at most 9 digits, not 'ok'"),
        ("1\thttps://a.example/\t99\t{}\t", "status is a number from 100 to 599, or - for a failure, not 99"),
        (
            "1\thttps://a.example/\t600\t{}\t",
            "status is a number from 100 to 599, or - for a failure, not 600",
        ),
        ("1\thttp://[::1/\t200\t{}\t", "'http://[::1/' is not an address: Invalid IPv6 URL"),
        ("1\thttps://a.example/\t200\t[]\t", 'headers are a JSON object of texts, like {"ETag": "\\"1\\""}'),
        (
            '1\thttps://a.example/\t200\t{"a": 1}\t',
            'headers are a JSON object of texts, like {"ETag": "\\"1\\""}',
        ),
        ("1\thttps://a.example/\t200\t{}\t../secret", "../secret lies outside the folder"),
        ("1\thttps://a.example/\t200\t{}\t/etc/hosts", "/etc/hosts lies outside the folder"),
        ("1\thttps://a.example/\t200\t{}\tmissing.xml", "missing.xml is not there"),
        ("1\thttps://a.example/\t200", "there is no headers, file: separate the columns by tabs"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(tmp_path: Path, row: str, what: str) -> None:
    (tmp_path / "good").write_text("x")
    good = "1\thttps://good.example/\t200\t{}\tgood\n\n"
    assert issues_of(tmp_path, HEAD + good + row + "\n") == [f"4: {what}"]


def test_a_failure_without_a_known_cause_is_refused(tmp_path: Path) -> None:
    (issue,) = issues_of(tmp_path, HEAD + '1\thttps://a.example/\t0\t{"cause": "LAZY"}\t\n')
    assert issue.startswith("2: a failure names its cause, one of BAD_ADDRESS, DNS, ")
    assert issue.endswith(", not 'LAZY'")


def test_headers_that_are_not_json_are_refused(tmp_path: Path) -> None:
    (issue,) = issues_of(tmp_path, HEAD + "1\thttps://a.example/\t200\t{ETag: 1}\t\n")
    assert issue.startswith("2: headers are not JSON: ")


def test_all_issues_are_reported_at_once(tmp_path: Path) -> None:
    rows = "x\thttps://a.example/\t200\t{}\t\n1\thttps://a.example/\t200\t{}\tmissing\n"
    assert [line[:2] for line in issues_of(tmp_path, HEAD + rows)] == ["2:", "3:"]


def test_two_responses_of_one_address_at_one_poll_are_refused(tmp_path: Path) -> None:
    rows = "1\thttps://a.example\t200\t{}\t\n1\thttps://A.example/\t404\t{}\t\n"
    assert issues_of(tmp_path, HEAD + rows) == ["3: poll 1 has another answer for this address above"]


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_text("<feed/>")
    row = "note\tfile\tpoll\tstatus\turl\theaders\r\nx\tfeed.xml\t1\t200\thttps://a.example/\t\r\n"
    (tmp_path / "replay.tsv").write_bytes(b"\xef\xbb\xbf" + row.encode())
    assert payload(tmp_path, 1, "https://a.example/") == b"<feed/>"


def test_a_missing_column_or_table_is_refused(tmp_path: Path) -> None:
    assert issues_of(tmp_path, "poll\turl\tstatus\n") == ["1: columns are missing: headers, file"]
    assert issues_of(tmp_path, "") == ["1: columns are missing: poll, url, status, headers, file"]
    (tmp_path / "replay.tsv").unlink()
    with pytest.raises(ConfigError, match="cannot be read") as caught:
        ReplayFetcher(tmp_path, 1)
    assert [issue.line for issue in caught.value.issues] == [0]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not part of this project")
def test_the_samples_can_be_played() -> None:
    assert recorded_polls(SAMPLES) == (1, 2, 3)
    address = "https://www.legislation.gov.uk/new/data.feed"
    lengths = {len(payload(SAMPLES, poll, address)) for poll in (1, 2, 3)}
    assert len(lengths) == 3
