"""Writes valid text and, now and then, what nobody should send. The same name gives the same text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Final, TypeVar

Item = TypeVar("Item")

# How often a slot is hostile. One is drawn for each case: with more, cases rarely pass the first check.
RATES: Final = (0.0, 0.01, 0.03, 0.08, 0.25, 0.5)

ADDRESSES: Final = (
    "http://[", "http://[::1", "http://[v1.x]/", "http://]/", "https://www.gov.uk:99999/x", "http://x:-1/",
    "http://x:port/", "http://", "https:///path", "//", "//[", "http:\\\\x\\y", "javascript:alert(1)",
    "data:,x", "file:///etc/passwd", "http://user:pw@x.org/", "http://a@b@c/", "http://xn--/",
    "http://xn--a\u00fc.org/", f"http://{'a' * 70}.org/", "http://..org/", "http://\u2100.org/",
    "http://\u0130.uk/", "http://a\u0301\u3002b/", "http://\u00ad/", "http://x\ud800.org/",
    "http://1.1.1.1.1/", "http://0x7f.1/", "http://%zz/", "http://%5b/", "?", "#", "?[", "/%ff%00",
    "/" + "../" * 40, "/" + "a/" * 200, "mailto:a@b", "tag:x,2026:1", "urn:uuid:", ":", "http:/x",
    "HTTP://WWW.GOV.UK/A", "https://www.gov.ukhttps://www.gov.uk/a", "https://x/?utm_source=[&=&&",
    "https://x.org/t/a/1/2/3", "https://[fe80::1%25eth0]/", "http://x.org\u2028/",
    "https://www.gov.uk/a b\tc\n",
)  # fmt: skip
DATES: Final = (
    "0000-00-00", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00",
    "10000-01-01", "2026-02-30", "2026-13-45T25:61:61Z", "2026-01-01T00:00:00+99:99",
    "2026-01-01T00:00:60Z", "1e20", "-1", "99999999999999999999", "2026-01-01T24:00:00Z",
    "Mon, 99 Foo 2026 00:00:00 +9999", "31 Feb 2026", "00/00/0000", "Thu, 01 Jan 0000 00:00:00 GMT",
    "Thu, 01 Jan 99999 00:00:00 BST", "1/1/1", "now", "in 99999999999 years", "99999 years ago", "12:00",
    "T", "Z", "2026-W53-7", "2026-366", "\u0662\u0660\u0662\u0666-\u0660\u0661-\u0660\u0661",
    "\u00b2026-01-01", "2026-01-01T00:00:00.99999999999999Z", "2026-01-01T00:00:00 +24:00",
    "1 Jan 2026 UTC+25", "1969-12-31T23:59:59Z", "Sun, 06 Nov 1994 08:49:37 -0000", "29/02/2025", "2026",
    "2026-06-05 EST5EDT", "\x00", "Mercher 31 Mehefin 2026", "32 Ionawr", "0", "NaN", "Infinity",
    "-0001-01-01", "12/31/1 BC", "2026-1-1 at 25pm",
)  # fmt: skip
TEXTS: Final = (
    "", " ", "\x00", "\x01\x1f", "\r", "\n", "\r\n", "\t", "\x0b\x0c", "\x85", "\u2028", "\u00a0", "\u200b",
    "\ufeff", "\u202e", "\ud800", "\udfff\ud800", "\ufffe\uffff", "\U0010ffff", "\U0001f600",
    "e\u0301" * 20, "\u0130", "\u1e9e", "&", "&amp;", "&lt;", "&#0;", "&#xd800;", "&#xffff;", "&#x110000;",
    "&#99999999999999;", "&nbsp;", "&x;", "&#;", "&#x;", "&amp;amp;lt;", "<", ">", "</", "<!", "<!--",
    "-->", "<![CDATA[", "]]>", "<?", "?>", "<?xml", "<a", "<p>", "</p>", "<b><i></b>",
    "<a href='http://['>", "<img src=x onerror=y>", "<script>", "</script>", "<style>", "<svg>", "<math>",
    "<template>", "<table><tr>", "<br/>", "<!DOCTYPE x>", "<!ENTITY a 'b'>", "<a\x00b>", "<a b=c d='e>",
    "<x:y z:w=''>", "<base href='http://['>", "{", "}", "[", "]", "\\", "\\u", '"', "'", "`", "%", "%s",
    "%00", "{0}", "{{", "@", "@x", "a@b", "=", "-", "--", "---", "...", "0", "-0", "1e999", "null", "true",
    "NaN", "\u0661", "9" * 400, "a" * 3_000, "ab " * 300, "\u00e9" * 100, "[x](http://[)", "![", "* ", "# ",
    "- a: b", "!!python/x", "&a *a", "read-out of 31 February 2026", "Minutes: 99 May 2026", "UK0108",
    "GBGLA0003", "Re: [x] Fwd: ", "body:x", "topic:x",
)  # fmt: skip


class Writer:
    """Draws the choices of one case."""

    def __init__(self, name: str) -> None:
        self.random = Random(name)  # noqa: S311 - it must be the same each time
        self.rate = self.random.choice(RATES)

    def chance(self, probability: float) -> bool:
        """Draw yes with this probability."""
        return self.random.random() < probability

    def pick(self, choices: Sequence[Item]) -> Item:
        """Draw one."""
        return self.random.choice(choices)

    def number(self, most: int) -> int:
        """Draw from 0 to `most`."""
        return self.random.randint(0, most)

    def text(self, *valid: str, tokens: Sequence[str] = TEXTS) -> str:
        """Return one of the valid texts or, at the rate of this case, a hostile one."""
        chosen = self.pick(valid)
        return self.hostile(chosen, tokens) if self.chance(self.rate) else chosen

    def address(self, *valid: str) -> str:
        """Return one of the addresses, or a hostile one."""
        return self.text(*valid, tokens=ADDRESSES if self.chance(0.8) else TEXTS)

    def date(self, *valid: str) -> str:
        """Return one of the dates, or a hostile one."""
        return self.text(*valid, tokens=DATES if self.chance(0.8) else TEXTS)

    def hostile(self, text: str, tokens: Sequence[str]) -> str:
        """Spoil a text with tokens."""
        at, token = self.number(len(text)), self.pick(tokens)
        changed: Sequence[Callable[[], str]] = (
            lambda: token,
            lambda: token,
            lambda: text + token,
            lambda: token + text,
            lambda: text[:at] + token + text[at:],
            lambda: text[:at] + token,
            lambda: "".join(self.pick(tokens) for _ in range(self.number(8))),
            lambda: text + "".join(self.pick(tokens) for _ in range(self.number(4))),
            lambda: " ".join(self.pick(tokens) for _ in range(self.number(6))),
            lambda: (token * 60)[:2_000],
            lambda: text[at:] + text[:at],
        )
        return self.pick(changed)()

    def damaged(self, payload: bytes, tokens: Sequence[str] = TEXTS) -> bytes:
        """Return the payload as it is or, in a fifth of the cases, damaged as a whole."""
        if not self.chance(0.2):
            return payload
        for _ in range(1 + self.number(2)):
            payload = self._damage(payload, tokens)
        return payload[:100_000]

    def _damage(self, payload: bytes, tokens: Sequence[str]) -> bytes:
        start, end = sorted((self.number(len(payload)), self.number(len(payload))))
        cut, token = payload[start:end], encoded(self.pick(tokens))
        changed: Sequence[Callable[[], bytes]] = (
            lambda: payload[:end],
            lambda: payload[start:],
            lambda: payload[:start] + payload[end:],
            lambda: payload[:end] + cut + payload[end:],
            lambda: payload[end:] + payload[:end],
            lambda: payload[:start] + token + payload[start:],
            lambda: payload[:start] + token * 20 + payload[start:],
            lambda: payload[:start] + cut[::-1] + payload[end:],
            lambda: payload[:start] + bytes([self.number(255)]) + payload[start + 1 :],
            lambda: payload.replace(b"\n", self.pick((b"\r", b"\r\n", b"\n\n", b"", b"\x00", b"\x85"))),
            lambda: payload.replace(self.pick((b" ", b">", b"=", b'"', b":", b"/", b"<")), token),
            lambda: payload.decode("utf-8", "replace").encode(
                self.pick(("utf-16", "utf-16-be", "utf-32", "cp1252")), "replace"
            ),
            lambda: payload + payload,
            lambda: (
                self.pick((b"\xff\xfe", b"\xef\xbb\xbf", b"\x1f\x8b\x08", b"\x00" * 9, b"\xfe\xff")) + payload
            ),
        )
        return self.pick(changed)()


def encoded(text: str) -> bytes:
    """Return a text's bytes; those of half a surrogate pair are no UTF-8, as they come from outside."""
    return text.encode("utf-8", "surrogatepass")
