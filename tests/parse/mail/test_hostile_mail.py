"""Any mailbox gives a page without a long wait, also when the list itself is hostile."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parse.mail.messages import MESSAGES, message, read
from tests.support.examples import examples
from tests.support.time_limits import A_TENTH_OR_WHOLE, is_within

ALL = 10_000_000
RECORDED = sorted(path.read_bytes() for path in MESSAGES.iterdir())


@given(st.binary(max_size=2_000))
def test_any_bytes_give_a_page(payload: bytes) -> None:
    page = read(payload, message(payload), message(payload, Content_Type="text/html"), left_out=payload)
    assert len(page.entries) + len(page.rejects) >= 2


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *(
                    "--b\n",
                    "--b--\n",
                    "\n",
                    "\n\n",
                    "Content-Type: text/html\n\n",
                    "-- \n",
                    "Hi all\n",
                    "From: a\n",
                ),
                *(
                    "Content-Transfer-Encoding: base64\n",
                    "=?utf-8?B?4p?=",
                    "Best wishes,\n",
                    "Chloe\n",
                    "<p>",
                    '<a href="',
                ),
                *(
                    "</p>",
                    "<b>",
                    "mailto:a@b.org",
                    "@",
                    "020 ",
                    "\u202e",
                    "\x00",
                    "\ud800",
                    "&#xd800;",
                    "<br>",
                    ">",
                    "[at]",
                ),
                *(
                    "Content-Disposition: attachment; filename*=x'y'%ff\n",
                    "charset=\x00",
                    "Sent: x\n",
                    "wrote:\n",
                    "On ",
                ),
            ]
        ),
        st.text(max_size=8),
    ),
    max_size=40,
)


@examples(200)
@given(
    PIECES,
    st.sampled_from(["text/plain", "text/html", "multipart/mixed; boundary=b", "text/plain; format=flowed"]),
)
def test_any_mixture_of_what_mail_is_made_of_gives_an_entry_or_a_reason(pieces: list[str], kind: str) -> None:
    body = "".join(pieces).encode("utf-8", "surrogatepass")
    page = read(message(body, Content_Type=kind, From='"Chloe Member" <c@b.org>'))
    assert len(page.entries) + len(page.rejects) == 1
    for entry in page.entries:
        assert "@b.org" not in (entry.content or "")


@examples(200)
@given(st.sampled_from(RECORDED), st.integers(0, 5_000), st.binary(max_size=12))
def test_a_damaged_message_gives_a_page(raw: bytes, place: int, damage: bytes) -> None:
    read(raw[:place] + damage + raw[place + len(damage) :], raw[:place])


def of(unit: bytes, count: int = 200, **fields: str) -> list[bytes]:
    """`count` messages of the list, ten megabytes together, of nothing but `unit`."""
    size = ALL // count
    body = (unit * (size // len(unit) + 1))[:size]
    return [message(body, Message_ID=f"<{number}@x>", **fields) for number in range(count)]


def marked(unit: bytes) -> list[bytes]:
    """200 messages with as many tags as are read as HTML."""
    unit = unit * (790 // unit.count(b"<"))
    return [message(unit, Message_ID=f"<{number}@x>", Content_Type="text/html") for number in range(200)]


def levels() -> list[bytes]:
    parts = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(100_000)
    )
    return [message(b"--b\n" + parts, Content_Type="multipart/mixed; boundary=b")]


def named() -> list[bytes]:
    names = ", ".join(f"Ab{chr(97 + n % 26)}{chr(97 + n // 26)} Cd <a@b.org>" for n in range(100))
    return of(b"Abaa Cd Abza Cd\n", To=names)


HOSTILE: dict[str, Callable[[], list[bytes]]] = {
    "line ends in one message": lambda: of(b"\n", 1),
    "line ends": lambda: of(b"\n"),
    "closings": lambda: of(b"Thanks\n\nAb\n"),
    "rules": lambda: of(b"_" * 25 + b"\n"),
    "forwarded heads": lambda: of(b"From: a\nTo: b\n", Subject="Fwd: x"),
    "one long line": lambda: of(b"a b@c.d ", 33),
    "almost addresses": lambda: of(b"a [at] ", 33),
    "almost numbers": lambda: of(b"+1 2 3 4 ", 33),
    "names": named,
    "tags": lambda: of(b"<p>x ", Content_Type="text/html"),
    "spaces in html": lambda: of(b" ", 33, Content_Type="text/html"),
    "hyphens in html": lambda: of(b"-", 33, Content_Type="text/html"),
    "comments in html": lambda: of(b"<!--", 33, Content_Type="text/html"),
    "line breaks in html": lambda: marked(b"<br>x"),
    "persons in html": lambda: marked(b"<a href='mailto:x'>y</a>"),
    "addresses in html": lambda: marked(b"<li>a@b.cc</li>"),
    "many parts": lambda: of(b"--b\n", 1, Content_Type="multipart/mixed; boundary=b"),
    "many levels": levels,
    "fields at the limit": lambda: [b"X:a\n" * 1_990 + message(Message_ID=f"<{n}@x>") for n in range(200)],
    "a long field": lambda: [b"Subject: " + b"a" * ALL + b"\n" + message()],
    "results": lambda: [
        b'Authentication-Results: y; dkim=pass (((("\n' * 1_000 + message() for _ in range(200)
    ],
    "encoded words": lambda: [message(Subject="=?utf-8?q?a?= " * 280) for _ in range(200)],
    "base64": lambda: of(b"QUJD", 1, Content_Transfer_Encoding="base64"),
    "quoted-printable": lambda: of(b"=41", 1, Content_Transfer_Encoding="quoted-printable"),
}


@pytest.fixture
def _untraced() -> Iterator[None]:
    """Measure the program's time without that of the coverage tracer."""
    tracer = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(tracer)


@pytest.mark.usefixtures("_untraced")
@A_TENTH_OR_WHOLE
@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_made_to_take_long_takes_less_than_ten_seconds(what: str, part: int) -> None:
    whole = HOSTILE[what]()
    messages = whole[::part]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    read(*messages)
    assert is_within(time.process_time() - started, 10 * len(messages) / len(whole))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # kilobytes
