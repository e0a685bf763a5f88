"""Makes mails as mailing lists, mail servers, providers and persons send them, and damages them."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable, Sequence
from typing import Final

from aggregator.deliver.mail.tokens import Tokens
from tests.fuzz.writer import TEXTS, Writer, encoded

TOKENS: Final = Tokens(b"0123456789abcdef0123456789abcdef")
LIST_ID: Final = "network.lists.example.org"
SERVER: Final = "mx.example.org"
SUBSCRIBER, RUN = "00c0ffee00c0ffee", "digest.2026-06-01"
RETURN_ADDRESS: Final = (
    f"replies+{RUN}.{SUBSCRIBER}.{TOKENS.return_address_tag(RUN, SUBSCRIBER)}@updates.example.org"
)
LEAVE: Final = f"leave {TOKENS.unsubscribe_token(SUBSCRIBER)}"

# What the grammars of header fields (RFC 5322, 2045, 2047, 2231) give a meaning.
FIELD: Final = (
    *"<>()[]{}\"',;:@.\\=?*%/ \t", "<", '"', "a@[", "a@[]", "<a@", "<@", "<>", "<<", "@", "@a", "a@", "a@b",
    "<a@b>", "<a@b", "a:", "a:;", "a:b@c", "()", "(", ")", "(\\", "\\", "\\\"", '"\\', '""', '"a', "[", "]",
    "[\\", "=?", "?=", "=?utf-8?q?", "=?utf-8?q?=?=", "=?utf-8?b?=?=", "=?utf-8?q?=41?=",
    "=?utf-8?q?=0a=0d?=", "=?utf-8?b?////?=", "=?utf-8?b?a?=", "=?x-none?q?a?=", "=??q?a?=",
    "=?utf-8?x?a?=", "=?utf-8*en?q?a?=", "=?utf-16?q?=d8?=", "=?unicode_escape?q?=5cud800?=",
    "=?idna?q?a..b?=", "=?punycode?q?=ff?=", "=?utf-7?q?+2ADcAA-?=", "=?hex?q?a?=", "=?rot13?q?a?=",
    "=?undefined?q?a?=", "=?\x00?q?a?=", "=?utf-8?q?\xe9?=", "=?utf-8?q??=", "\r\n ", "\n ", "\n\t", "\n",
    "\r", "\x00", "\x7f", "\xe9", "\udc80", "\ud800", "\U0001f600", "a" * 500, "\u2028", "\x0b", "; x",
    "; =", "; *=", "; x*", "; x*=", "; x*0=a", "; x*0*=a", "; x*1=b", "; x*a=b", "; x*=utf-8''%zz",
    "; x*=''", "; x*=a'b", "; x*=none'en'%ff", "; charset*=x'y'z", "; charset*0*=u''a; charset*2=b",
    "; x=\"", "; x=\"a", "; boundary=", "; boundary*=''a", "; boundary=\"\"", "/", "a/", "/a", "a/b/c",
    "multipart/", "multipart/mixed", "text", ";", ";;", "; ; x=y", "; filename*0*=''%41", "<a@b>,",
    ",<a@b>", ",,", ": ;", "x: a@b, c;", "<@a,@b:c@d>", "<@a:>", "<:a@b>", "\"a\"@b", "\"\"@b", "a.@b",
    ".a@b", "a..b@c", "a @ b", "a b@c", "a@b.", "a@.b", "a@b c", "a@b(", "a(b", "a@[1.2.3.4]", "a@[\\]",
    "a@b@c", "undisclosed-recipients:;",
)  # fmt: skip
CHARSETS: Final = (
    "utf-8", "us-ascii", "iso-8859-1", "windows-1252", "utf-16", "utf-7", "x-unknown", "", "none", "idna",
    "rot13", "hex", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "base64", "zip",
    "\x00", "a" * 90, "utf-8\xe9", "*",
)  # fmt: skip
TRANSFERS: Final = (
    "7bit", "8bit", "base64", "quoted-printable", "binary", "x-uuencode", "BASE64 ", "", "\x00",
    "base64, 7bit", "gzip",
)  # fmt: skip
BOUNDARIES: Final = (
    "b1",
    "b 1",
    "--",
    "=_x",
    "a" * 70,
    "b(1)",
    "b+*?",
    "b'1",
    "\xe9",
    "b1--",
    "(",
    "[",
    "\\",
)
# What mail servers write at the start of a bounce. The library that reads bounces looks for these words.
BOUNCE_TEXTS: Final = (
    "Hi. This is the qmail-send program at x.org.\n<a@b.org>:\n"
    "Sorry, no mailbox here.\n--- Below this line is a copy",
    "This message was created automatically by mail delivery software.\n"
    "The following address(es) failed:\n\n  a@b.org\n",
    "This is the Postfix program at host x.\n\n<a@b.org>: unknown user",
    "   ----- The following addresses had permanent fatal errors -----\n<a@b.org>\n   ----- Transcript",
    "Your message did not reach some or all of the intended recipients.\n"
    "The following recipient(s) could not be reached:\na@b.org on 1",
    "Message from yahoo.com.\nUnable to deliver message to the following address(es).\n"
    "<a@b.org>:\n550\n--- Original message follows.",
    "Delivery to the following recipients failed.\n\n  a@b.org\n",
    "Your message cannot be delivered to the following addresses:\n<a@b.org>\n",
    "User mailbox exceeds allowed size: a@b.org\nMessage could not be delivered",
    "Your mail to a@b.org could not be delivered",
    "The original message was received at\n"
    "----- The following addresses had delivery problems -----\n<a@b.org> (unrecoverable error)",
    "A message that you sent could not be delivered to one or more of its\n"
    "recipients\n\n a@b.org\n    (generated)",
)  # fmt: skip

Fields = list[tuple[str, str]]


def make_mail(writer: Writer) -> bytes:
    """Return one mail."""
    kinds: Sequence[Callable[[Writer], bytes]] = (
        _list_mail,
        _list_mail,
        _personal_mail,
        _bounce,
        _bounce,
        _complaint,
    )
    return writer.damaged(writer.pick(kinds)(writer), FIELD)


def _field(writer: Writer, *valid: str) -> str:
    return writer.text(*valid, tokens=FIELD if writer.chance(0.85) else TEXTS)


def _common(writer: Writer, sender: str, to: str) -> Fields:
    return [
        (
            "From",
            _field(
                writer,
                sender,
                f"A Person <{sender}>",
                f'"Person, A" <{sender}>',
                f"=?utf-8?q?P=C3=A9?= <{sender}>",
            ),
        ),
        ("To", _field(writer, to, f"<{to}>", f"Us <{to}>, other@example.org", f"group: {to};")),
        ("Date", writer.date("Fri, 5 Jun 2026 12:00:00 +0100", "5 Jun 2026 12:00 GMT")),
        ("Message-ID", _field(writer, "<1@example.org>", "<a.b.c@mail.example.org>")),
        ("MIME-Version", _field(writer, "1.0")),
    ]


def _list_mail(writer: Writer) -> bytes:
    trusted = f"{SERVER}; dkim=pass header.d=lists.example.org; spf=pass smtp.mailfrom=x@lists.example.org"
    fields = [
        # Mostly right, since nothing is read of a mail that may be forged.
        ("Authentication-Results", trusted if writer.chance(0.9) else writer.hostile(trusted, FIELD)),
        (
            "List-Id",
            f"Network <{LIST_ID}>" if writer.chance(0.95) else _field(writer, f"<{LIST_ID}>", "<x>", ""),
        ),
        *_common(writer, "chair@example.org", "network@lists.example.org"),
        (
            "Subject",
            _field(
                writer,
                "[network] Read-out of the forum, 24 January 2026",
                "Minutes of 1 May 2026",
                "Re: [network] a",
                "Fwd: [EXTERNAL] =?utf-8?b?w6k=?=",
            ),
        ),
        ("Archived-At", f"<{writer.address('https://lists.example.org/a/1')}>"),
        ("List-Archive", _field(writer, "<https://lists.example.org/a/>")),
        ("Content-Language", _field(writer, "en", "cy, en")),
        ("References", _field(writer, "<1@x>")),
    ]
    return _message(writer, fields, _part(writer, 0))


def _personal_mail(writer: Writer) -> bytes:
    join = ("join", "Re: join", "confirm abc.def.ghi", LEAVE, f"Re: {LEAVE}", "=?utf-8?q?join?=")
    fields = [
        *_common(writer, "reader@example.org", writer.pick(("replies@updates.example.org", RETURN_ADDRESS))),
        ("Subject", _field(writer, *join)),
        ("Auto-Submitted", _field(writer, "no", "", "auto-replied")),
        ("Precedence", _field(writer, "", "bulk", "list")),
    ]
    return _message(writer, fields, _part(writer, 0))


def _bounce(writer: Writer) -> bytes:
    name = writer.pick(("To", "To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Failed-Recipients"))
    fields = [
        *_common(writer, "MAILER-DAEMON@mx.example.org", "x@example.org"),
        (name, RETURN_ADDRESS if writer.chance(0.9) else _field(writer, RETURN_ADDRESS)),
        (
            "Subject",
            _field(
                writer,
                "Undelivered Mail Returned to Sender",
                "Delivery Status Notification (Failure)",
                "failure notice",
                "Mail System Error - Returned Mail",
                "Delivery status notification",
            ),
        ),
        ("X-Mailer", _field(writer, "<SMTP32 v1>", "", "GroupWise")),
    ]
    if writer.chance(0.5):
        return _message(writer, fields, ([], encoded(writer.text(*BOUNCE_TEXTS))))
    text = _text_part(writer, writer.text(*BOUNCE_TEXTS))
    status = _message(
        writer, [("Content-Type", _field(writer, "message/delivery-status"))], ([], _status(writer))
    )
    returned = _message(
        writer,
        [("Content-Type", _field(writer, "message/rfc822", "text/rfc822-headers"))],
        ([], _personal_mail(writer)),
    )
    return _message(
        writer, fields, _multipart(writer, "report; report-type=delivery-status", [text, status, returned])
    )


def _status(writer: Writer) -> bytes:
    lines = [
        f"Reporting-MTA: {_field(writer, 'dns; mx.example.org')}\n\n",
        f"Final-Recipient: {_field(writer, 'rfc822; a@b.org', 'RFC822;<a@b.org>', 'a@b.org')}\n",
        f"Original-Recipient: {_field(writer, 'rfc822; a@b.org')}\n",
        f"Action: {_field(writer, 'failed', 'delayed', 'relayed')}\n"
        f"Status: {_field(writer, '5.1.1', '4.2.2')}\n",
        f"Diagnostic-Code: {_field(writer, 'smtp; 550 5.1.1 No such user')}\n\n",
    ]
    return encoded("".join(line for line in lines if not writer.chance(writer.rate)))


def _complaint(writer: Writer) -> bytes:
    fields = [
        *_common(writer, "feedback@provider.example", "replies@updates.example.org"),
        ("Subject", _field(writer, "FW: Open government")),
    ]
    report = f"Feedback-Type: {_field(writer, 'abuse')}\nUser-Agent: {_field(writer, 'x/1')}\nVersion: 1\n"
    parts = [
        _text_part(writer, "This is a complaint."),
        _message(writer, [("Content-Type", "message/feedback-report")], ([], encoded(report))),
        _message(
            writer,
            [("Content-Type", "message/rfc822")],
            ([], encoded(f"List-Unsubscribe: <mailto:replies@x.org?subject={_field(writer, LEAVE)}>\n\nx")),
        ),
    ]
    return _message(writer, fields, _multipart(writer, "report; report-type=feedback-report", parts))


def _message(writer: Writer, fields: Fields, content: tuple[Fields, bytes]) -> bytes:
    lines = [
        f"{_name(writer, name)}: {value}"
        for name, value in (*fields, *content[0])
        if not writer.chance(writer.rate / 2)
    ]
    if writer.chance(writer.rate):
        lines += [writer.pick(lines or [""])] * writer.pick((1, 2, 30))
    if writer.chance(writer.rate):
        lines.insert(
            writer.number(len(lines)), writer.hostile("X-Long: " + "a " * writer.pick((5, 5_000)), FIELD)
        )
    if writer.chance(writer.rate):
        writer.random.shuffle(lines)
    end = writer.pick(("\n", "\n", "\r\n"))
    return encoded(end.join((*lines, "", ""))) + content[1]


def _name(writer: Writer, name: str) -> str:
    return writer.hostile(name, FIELD) if writer.chance(writer.rate / 20) else name


def _part(writer: Writer, depth: int) -> tuple[Fields, bytes]:
    if depth > writer.pick((0, 1, 2, 2, 12)):
        return _leaf(writer)
    kind = writer.pick(
        ("leaf", "leaf", "mixed", "alternative", "related", "digest", "encrypted", "signed", "rfc822")
    )
    if kind == "leaf":
        return _leaf(writer)
    inner = [_message(writer, [], _part(writer, depth + 1)) for _ in range(writer.number(3))]
    if kind == "rfc822":
        return [("Content-Type", _field(writer, "message/rfc822"))], b"".join(inner)
    return _multipart(writer, kind, inner)


def _multipart(writer: Writer, kind: str, parts: list[bytes]) -> tuple[Fields, bytes]:
    boundary = writer.pick(BOUNDARIES) if writer.chance(0.2) else "b" + str(writer.number(99))
    other = writer.hostile(boundary, FIELD) if writer.chance(writer.rate) else boundary
    body = b"".join(b"--" + encoded(other) + b"\n" + part + b"\n" for part in parts)
    closing = b"" if writer.chance(0.1) else b"--" + encoded(boundary) + b"--\n"
    content = f'multipart/{kind}; boundary="{boundary}"'
    return [
        ("Content-Type", content if writer.chance(0.8) else _field(writer, content))
    ], b"preamble\n" + body + closing


def _leaf(writer: Writer) -> tuple[Fields, bytes]:
    if writer.chance(0.15):
        name = _field(writer, "minutes.pdf", "=?utf-8?q?cofnod=C3=A9.pdf?=")
        fields = [
            (
                "Content-Type",
                _field(
                    writer,
                    f'application/pdf; name="{name}"',
                    "application/msword",
                    "image/png",
                    "application/pgp-signature",
                ),
            ),
            (
                "Content-Disposition",
                _field(
                    writer,
                    f'attachment; filename="{name}"',
                    "attachment; filename*=utf-8''a%C3%A9",
                    "inline",
                    "attachment; filename*0=a; filename*1=b",
                ),
            ),
        ]
        return fields, b"%PDF"
    return _text(writer, writer.pick(("plain", "plain", "html")), _body(writer))


def _body(writer: Writer) -> str:
    lines = (
        "Dear all,",
        "The forum met on 24 January 2026. Present: A Person, B Person.",
        "- an open point",
        "> quoted",
        "1. Open data",
        "See https://www.gov.uk/a?x=1&y=2 and write to a.person@example.org or 020 7946 0000.",
        "-- ",
        "",
        "A Person",
        "________",
        "From: B <b@x.org>",
        "Sent: 1 May 2026",
        "On 1 May 2026, B wrote:",
        "To unsubscribe, write to x@y.org",
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.gov.uk%2F&data=x",
        "mailto:a@b.org",
    )
    return "\n".join(writer.text(*lines) for _ in range(writer.number(14)))


def _text_part(writer: Writer, text: str) -> bytes:
    return _message(writer, [], _text(writer, "plain", text))


def _text(writer: Writer, subtype: str, text: str) -> tuple[Fields, bytes]:
    if subtype == "html":
        tags = (
            "p",
            "div",
            "li",
            "span",
            "b",
            "blockquote",
            "td",
            "a href='mailto:a@b'",
            "a href='http://['",
            "br",
        )
        text = "".join(f"<{writer.text(*tags)}>{line}</p>" for line in text.split("\n"))
    charset = writer.pick(CHARSETS) if writer.chance(0.2) else "utf-8"
    transfer = writer.pick(TRANSFERS) if writer.chance(0.4) else "8bit"
    raw = encoded(text)
    if transfer == "base64" and writer.chance(0.8):
        raw = base64.encodebytes(raw)
    if transfer == "quoted-printable" and writer.chance(0.8):
        raw = quopri.encodestring(raw)
    flowed = writer.pick(("", "", "; format=flowed", "; format*=''flowed", "; delsp=yes"))
    content = _field(
        writer, f"text/{subtype}; charset={charset}{flowed}", f'text/{subtype}; charset="{charset}"'
    )
    return [("Content-Type", content), ("Content-Transfer-Encoding", _field(writer, transfer))], raw
