"""A mailbox on a server is never changed, and whatever the server does, the failure has the real cause."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import Cause
from aggregator.fetch.mailbox import imap
from aggregator.fetch.mailbox.fetcher import MailboxFetcher
from aggregator.fetch.mailbox.reader import MailboxLimits
from aggregator.model import Failed, Fetched, FetchedPart, FetchResult, NotModified, Request, Validators
from tests.fetch.mailbox.mail_server import HANG_UP, MailServer
from tests.support.examples import examples

CERTIFICATE = Path(__file__).parents[1] / "localhost.pem"
HERE = frozenset({"127.0.0.1", "localhost"})
ONE = b"Subject: one\r\n\r\nFirst.\r\n"
TWO = b"Subject: two\r\n\r\nSecond.\r\n"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text('open "sesame"\n', encoding="utf-8")
    return file


def fetch_result(url: str, secret: Path | None, etag: str | None = None, **options: Any) -> FetchResult:
    fetch = MailboxFetcher(Path(), {url: secret}, **({"allowed_hosts": HERE} | options))
    return asyncio.run(fetch(Request(url=url, validators=Validators(etag=etag))))


def fetched(url: str, secret: Path, **options: Any) -> Fetched:
    result = fetch_result(url, secret, **options)
    assert isinstance(result, Fetched), result
    return result


def failure(url: str, secret: Path | None, **options: Any) -> Failed:
    result = fetch_result(url, secret, **options)
    assert isinstance(result, Failed), result
    return result


def https() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATE))


def test_the_messages_are_parts_named_by_validity_and_uid(secret: Path) -> None:
    with MailServer({12: TWO, 3: ONE}) as server:
        result = fetched(server.url(), secret)
    assert result.parts == (FetchedPart(name="7-3", payload=ONE), FetchedPart(name="7-12", payload=TWO))
    assert (result.status, result.payload) == (200, b"")


def test_no_command_is_sent_that_could_change_the_mailbox(secret: Path) -> None:
    with MailServer({12: TWO, 3: ONE}) as server:
        fetched(server.url(), secret)
    assert server.commands == [
        "CAPABILITY",
        'LOGIN "reader" "open \\"sesame\\""',
        'EXAMINE "Lists/Forum"',
        "FETCH 1:2 (UID RFC822.SIZE)",
        "UID FETCH 12 (BODY.PEEK[]<0.10485761>)",
        "UID FETCH 3 (BODY.PEEK[]<0.10485761>)",
        "LOGOUT",
    ]


def test_an_unchanged_mailbox_is_not_modified_and_no_message_is_fetched(secret: Path) -> None:
    with MailServer({3: ONE}) as server:
        url = server.url()
        etag = fetched(url, secret).validators.etag
    with MailServer({3: ONE}) as server:
        assert fetch_result(server.url(), secret, etag) == NotModified(
            url=server.url(), headers={"etag": etag or ""}
        )
    assert not [command for command in server.commands if command.startswith("UID")]


def test_only_the_newest_messages_are_listed_and_read(secret: Path) -> None:
    with MailServer(dict.fromkeys(range(1, 10), ONE)) as server:
        result = fetched(server.url(), secret, limits=MailboxLimits(max_messages=2))
    assert [part.name for part in result.parts] == ["7-8", "7-9"]
    assert "FETCH 8:9 (UID RFC822.SIZE)" in server.commands


def test_an_empty_mailbox_is_fetched(secret: Path) -> None:
    with MailServer({}) as server:
        assert fetched(server.url(), secret).parts == ()


def test_a_message_that_is_too_large_is_left_out_whatever_size_the_server_lists(secret: Path) -> None:
    wrong_sizes = b"* 1 FETCH (UID 3 RFC822.SIZE 5)\r\n* 2 FETCH (UID 4 RFC822.SIZE 5)\r\n%t OK done\r\n"
    with MailServer({3: ONE, 4: b"x" * 5000}, {"FETCH": wrong_sizes}) as server:
        result = fetched(server.url(), secret, limits=MailboxLimits(max_message_bytes=4096))
    assert [part.name for part in result.parts] == ["7-3"]
    assert result.payload == b"7-4\tlarger than 0.00390625 MiB, the most that is read of one message\n"
    with MailServer({3: ONE, 4: b"x" * 5000}) as server:
        assert (
            fetched(server.url(), secret, limits=MailboxLimits(max_message_bytes=4096)).payload
            == result.payload
        )
    assert "UID FETCH 4 (BODY.PEEK[]<0.4097>)" not in server.commands


def test_a_message_that_was_expunged_before_it_was_read_is_looked_for_again(secret: Path) -> None:
    listed = b"* 1 FETCH (UID 3 RFC822.SIZE 5)\r\n* 2 FETCH (UID 4 RFC822.SIZE 5)\r\n%t OK done\r\n"
    with MailServer({3: ONE}, {"FETCH": listed}) as server:
        result = fetched(server.url(), secret)
    assert [part.name for part in result.parts] == ["7-3"]
    with MailServer({3: ONE}) as server:
        assert isinstance(fetch_result(server.url(), secret, result.validators.etag), NotModified)


def test_unsolicited_lines_of_a_server_are_ignored(secret: Path) -> None:
    chatty = b"* 2 EXISTS\r\n* 1 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (UID 3 RFC822.SIZE 24)\r\n%t OK done\r\n"
    with MailServer({3: ONE}, {"FETCH": chatty}) as server:
        assert [part.payload for part in fetched(server.url(), secret).parts] == [ONE]


def test_over_tls_the_certificate_is_checked(secret: Path) -> None:
    with MailServer({3: ONE}, tls=https()) as server:
        assert fetched(server.url("imaps", "localhost"), secret, tls=trusting()).parts[0].payload == ONE
    with MailServer({3: ONE}, tls=https()) as server:
        found = failure(server.url("imaps", "localhost"), secret)
    assert found.cause is Cause.TLS
    assert "self-signed certificate" in found.detail
    assert server.commands == []


@pytest.fixture
def _elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the server seem to be another machine."""
    monkeypatch.setattr(imap, "ip_address", lambda _: ipaddress.ip_address("198.51.100.7"))


@pytest.mark.usefixtures("_elsewhere")
def test_to_another_machine_the_password_is_sent_over_tls_only(secret: Path) -> None:
    with MailServer({3: ONE}, starttls=https()) as server:
        assert fetched(server.url("imap", "localhost"), secret, tls=trusting()).parts[0].payload == ONE
    assert server.commands[:4] == [
        "CAPABILITY",
        "STARTTLS",
        "CAPABILITY",
        'LOGIN "reader" "open \\"sesame\\""',
    ]
    with MailServer({3: ONE}) as server:
        found = failure(server.url(), secret)
    assert (found.cause, server.commands) == (Cause.TLS, ["CAPABILITY"])
    assert found.detail == f"127.0.0.1:{server.port} offers no TLS (TLS not supported by server)"


@pytest.mark.usefixtures("_elsewhere")
def test_a_server_that_pretends_we_were_logged_in_gets_no_password_either(secret: Path) -> None:
    with MailServer({3: ONE}, {"": b"* PREAUTH welcome\r\n"}, starttls=https()) as server:
        assert failure(server.url(), secret).cause is Cause.TLS
    assert server.commands == ["CAPABILITY"]


def test_an_address_inside_our_own_network_is_not_dialled(secret: Path) -> None:
    with MailServer({3: ONE}) as server:
        for host, detail in (
            ("127.0.0.1", "127.0.0.1 (loopback)"),
            ("localhost", "localhost leads to 127.0.0.1 (loopback)"),
        ):
            found = failure(server.url(host=host), secret, allowed_hosts=frozenset({"other.example"}))
            assert found.cause is Cause.GUARDED
            assert detail in found.detail.replace("::1 (", "127.0.0.1 (")
    assert server.commands == []


def test_a_wrong_password_is_reported_in_the_servers_words(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("wrong")
    with MailServer({3: ONE}) as server:
        found = failure(server.url(), tmp_path / "password")
    assert found.cause is Cause.LOGIN
    detail = f"127.0.0.1:{server.port} does not let us in: [AUTHENTICATIONFAILED] wrong user or password"
    assert found.detail == detail


@pytest.mark.parametrize(
    ("text", "cause", "detail"),
    [
        (None, Cause.MISSING_FILE, "cannot be read (No such file or directory)"),
        ("", Cause.MISSING_FILE, "no password file, or an empty one"),
        ("\nsecond line", Cause.MISSING_FILE, "no password file, or an empty one"),
        ("pässwörd", Cause.LOGIN, "the password is not ASCII"),
    ],
)
def test_a_password_that_cannot_be_used_is_named(
    tmp_path: Path, text: str | None, cause: Cause, detail: str
) -> None:
    file = tmp_path / "password"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with MailServer({3: ONE}) as server:
        found = failure(server.url(), file)
    assert found.cause is cause
    assert detail in found.detail
    assert "LOGIN" not in " ".join(server.commands)


def test_a_mailbox_on_a_server_needs_a_password_file() -> None:
    with MailServer({3: ONE}) as server:
        found = failure(server.url(), None)
    assert (found.cause, found.detail) == (Cause.MISSING_FILE, "no password file, or an empty one")


def test_a_mailbox_that_is_not_there_is_a_missing_folder(secret: Path) -> None:
    with MailServer({3: ONE}) as server:
        found = failure(server.url(mailbox="Nothing%20here"), secret)
    assert found.cause is Cause.MISSING_FILE
    detail = f"127.0.0.1:{server.port} does not open the mailbox: [NONEXISTENT] no such mailbox"
    assert found.detail == detail
    assert 'EXAMINE "Nothing here"' in server.commands


@pytest.mark.parametrize(
    ("command", "reply", "cause", "detail"),
    [
        ("", HANG_UP, Cause.BROKEN_OFF, "broke off"),
        ("", b"HTTP/1.1 400 Bad Request\r\n\r\n", Cause.BROKEN_OFF, "something that is not IMAP"),
        ("", b"* BYE too many connections\r\n", Cause.STATUS, "too many connections"),
        ("LOGIN", HANG_UP, Cause.BROKEN_OFF, "broke off"),
        ("EXAMINE", HANG_UP, Cause.BROKEN_OFF, "broke off"),
        ("FETCH", b"%t NO [LIMIT] slow down\r\n", Cause.STATUS, "refuses to list its messages: [LIMIT] slow"),
        ("FETCH", b"%t BAD what\r\n", Cause.STATUS, "what"),
        ("UID FETCH", b"%t NO broken message\r\n", Cause.STATUS, "refuses to give a message: broken message"),
        ("UID FETCH", b"* 1 FETCH (BODY[] {99}\r\nhalf", Cause.TIMEOUT, "sent nothing for too long"),
        (
            "UID FETCH",
            b"* 1 FETCH (BODY[] {99999999}\r\n",
            Cause.TOO_LARGE,
            "sent more than it was asked for",
        ),
        (
            "UID FETCH",
            b"* NOISE " + b"x" * 999_000 + b"\r\n" + b"* NOISE x\r\n" * 99_000,
            Cause.TOO_LARGE,
            "",
        ),
        ("UID FETCH", b"* 1 FETCH (BODY[] {" + b"9" * 5000 + b"}\r\n", Cause.BROKEN_OFF, "not IMAP"),
        ("EXAMINE", b"* " + b"x" * 1_100_000, Cause.STATUS, "got more than 1000000 bytes"),
    ],
)
def test_what_a_server_does_wrong_has_its_real_cause(
    secret: Path, command: str, reply: bytes, cause: Cause, detail: str
) -> None:
    limits = MailboxLimits(read_seconds=0.5, max_message_bytes=1024, max_total_bytes=4096)
    with MailServer({3: ONE}, {command: reply}) as server:
        found = failure(server.url(), secret, limits=limits)
    assert found.cause is cause, found
    assert detail in found.detail


def test_a_server_that_takes_too_long_is_cut_off(secret: Path) -> None:
    def slowly(_: bytes) -> bytes:
        time.sleep(1.5)
        return b"%t OK done\r\n"

    started = time.monotonic()
    with MailServer({3: ONE}, {"EXAMINE": slowly}) as server:
        found = failure(server.url(), secret, limits=MailboxLimits(session_seconds=0.3))
        took = time.monotonic() - started
    assert found.cause is Cause.TIMEOUT
    assert found.detail == f"127.0.0.1:{server.port} had not finished after 0.3 seconds"
    assert took < 1.4


def test_a_port_where_nobody_listens_and_a_name_that_nobody_has(secret: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert failure(f"imap://reader@127.0.0.1:{port}/INBOX", secret).cause is Cause.REFUSED
    assert failure("imaps://reader@nobody.invalid/INBOX", secret).cause is Cause.DNS


@pytest.mark.parametrize(
    "url",
    [
        "imaps://imap.example.org/INBOX",
        "imaps://reader@/INBOX",
        "imaps://reader@imap.example.org/",
        "imaps://reader@imap.example.org:99999/INBOX",
        "imaps://reader@imap.example.org/a%0D%0ALOGOUT",
        "imaps://re%0Ader@imap.example.org/INBOX",
        "imaps://reader@imap.example.org/Entw%C3%BCrfe",
        f"imaps://reader@{'a' * 64}.example.org/INBOX",
        "pop3://reader@imap.example.org/INBOX",
    ],
)
def test_an_unusable_mailbox_address_is_a_bad_address(secret: Path, url: str) -> None:
    found = failure(url, secret)
    assert found.cause is Cause.BAD_ADDRESS
    assert "reader" not in found.detail


def test_a_user_with_an_at_sign_is_written_with_percent_40(secret: Path) -> None:
    with MailServer({3: ONE}) as server:
        found = failure(server.url().replace("reader@", "reader%40example.org@"), secret)
    assert found.cause is Cause.LOGIN
    assert server.commands[1].startswith('LOGIN "reader@example.org" ')


@examples(60)
@given(
    command=st.sampled_from(["", "CAPABILITY", "LOGIN", "EXAMINE", "FETCH", "UID FETCH", "LOGOUT"]),
    reply=st.lists(
        st.sampled_from(
            [
                *(b"* ", b"%t ", b"OK", b"NO", b"BAD", b"BYE", b"FETCH", b"(", b")", b"{3}\r\n", b"{", b"}"),
                *(b"1 ", b"UID 3", b"EXISTS", b"[", b"]", b"+ ", b"\r\n", b'"', b" ", b"\x00", b"\xff"),
            ]
        ),
        min_size=1,
        max_size=12,
    ),
)
def test_no_reply_of_a_server_does_more_than_fail(command: str, reply: list[bytes]) -> None:
    script = {"LOGIN": b"%t OK in\r\n", command: b"".join(reply) + b"\r\n"}
    with MailServer({3: ONE}, script) as server:
        result = fetch_result(
            server.url(), CERTIFICATE, limits=MailboxLimits(read_seconds=0.05, session_seconds=1.0)
        )
    assert isinstance(result, Failed | Fetched)
