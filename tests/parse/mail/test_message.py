"""Messages of every structure are parsed, broken ones as far as possible."""

from __future__ import annotations

import base64

import pytest

from aggregator.model import ParsedPage
from tests.parse.mail.messages import content_of, entry_of, message, quarantine_reason, read


def multipart(*parts: str, kind: str = "mixed") -> dict[str, str]:
    """A body with these parts, and its Content-Type field."""
    return {
        "body": "".join(f"--b\n{part}\n" for part in parts) + "--b--\n",
        "Content_Type": f'multipart/{kind}; boundary="b"',
    }


PLAIN = "Content-Type: text/plain\n\nPlain words."
MARKUP = "Content-Type: text/html\n\n<p>Marked <b>words</b>.</p>"


def test_html_goes_before_text_and_text_before_nothing() -> None:
    assert content_of(**multipart(PLAIN, MARKUP, kind="alternative")) == "<p>Marked <b>words</b>.</p>"
    empty = "Content-Type: text/html\n\n<html><body><img src=x></body></html>"
    assert content_of(**multipart(PLAIN, empty, kind="alternative")) == "<p>Plain words.</p>"
    assert content_of(**multipart(MARKUP)) == "<p>Marked <b>words</b>.</p>"


def test_text_that_was_put_into_a_pre_is_read_as_text() -> None:
    clothed = "Content-Type: text/html\n\n<pre>Plain\nwords.</pre>"
    assert content_of(**multipart(PLAIN, clothed, kind="alternative")) == "<p>Plain words.</p>"
    assert content_of("<pre>A.\n\nBest wishes,\nSam\n</pre>", Content_Type="text/html") == "<p>A.</p>"


def test_several_texts_are_joined_in_order() -> None:
    assert (
        content_of(**multipart(PLAIN, PLAIN.replace("Plain", "More")))
        == "<p>Plain words.</p><p>More words.</p>"
    )


def test_html_beyond_the_limits_is_read_as_text() -> None:
    many = "".join(f"<p>Word {number}.</p>" for number in range(501))
    content = content_of(
        f"<style>p {{}}</style><!-- a > b --><div>{many}</div>&amp;", Content_Type="text/html"
    )
    assert content.startswith("<p>Word 0.</p><p>Word 1.</p>")
    assert content.endswith("<p>Word 500.</p><p>&amp;</p>")
    deep = "<b>" * 61 + "Deep" + "</b>" * 61 + "<br>Best wishes, Sam"
    assert content_of(deep, Content_Type="text/html") == "<p>Deep</p>"
    assert content_of("<b>" * 60 + "Deep", Content_Type="text/html") == "<b>" * 60 + "Deep" + "</b>" * 60


def test_attachments_are_listed_with_name_type_and_size() -> None:
    pdf = base64.b64encode(b"x" * 1_234_567).decode()
    content = content_of(
        **multipart(
            PLAIN,
            "Content-Type: application/pdf\nContent-Disposition: attachment; filename=slides.pdf\n"
            f"Content-Transfer-Encoding: base64\n\n{pdf}",
            "Content-Type: text/csv; name*=utf-8''a%20%E2%80%93%20b.csv\n\n1,2",
            "Content-Type: text/plain\nContent-Disposition: attachment; filename=C:\\temp\\<b>.txt\n\nx",
            "Content-Type: image/png\nContent-Disposition: attachment; filename*0=a; filename*1=b.png\n\n123",
            "Content-Type: message/rfc822\n\nSubject: inner\n\nInner words.",
            'Content-Type: application/pdf; name="=?utf-8?q?=C3=A9.pdf?="\n\n',
        )
    )
    assert content == (
        "<p>Plain words.</p><ul><li>Attachment: slides.pdf (application/pdf, 1.2 MB)</li>"
        "<li>Attachment: a – b.csv (text/csv, 3 bytes)</li>"
        "<li>Attachment: &lt;b&gt;.txt (text/plain, 1 byte)</li>"
        "<li>Attachment: ab.png (image/png, 3 bytes)</li>"
        "<li>Attachment: without a name (message/rfc822, 28 bytes)</li>"
        "<li>Attachment: é.pdf (application/pdf, 0 bytes)</li></ul>"
    )


def test_pictures_in_the_text_and_signatures_of_programs_are_no_attachments() -> None:
    content = content_of(
        **multipart(
            PLAIN,
            "Content-Type: image/png; name=logo.png\nContent-ID: <logo>\n\nx",
            "Content-Type: application/pkcs7-signature; name=smime.p7s\n\nx",
            "Content-Type: application/octet-stream\n\nx",
        )
    )
    assert content == "<p>Plain words.</p>"


@pytest.mark.parametrize(
    ("body", "encoding", "charset", "content"),
    [
        (b"t=C3=A2n=\n wide", "quoted-printable", "utf-8", "tân wide"),
        (b"t=E2n", "Quoted-Printable", "iso-8859-1", "tân"),
        (b"100% =ZZ= sure", "quoted-printable", "utf-8", "100% =ZZ= sure"),
        (base64.b64encode("tân – £1".encode("cp1252")), "base64", "windows-1252", "tân – £1"),
        (b"dMOibg", "BASE64", "utf-8", "tân"),
        (b"d!M#O\nibg=", "base64", "utf-8", "tân"),
        (b"dMOib", "base64", "utf-8", "tâ"),
        ("tân".encode(), "8bit", "us-ascii", "tân"),
        ("tân".encode("latin-1"), "8bit", "no-such-charset", "tân"),
        ("tân".encode("utf-16"), "8bit", "utf-16", "tân"),
        (b"a\x00b\x08c", "7bit", "utf-8", "abc"),
        (b"Words.", "x-strange", "\x00", "Words."),
    ],
)
def test_transfer_encodings_and_charsets_survive_damage(
    body: bytes, encoding: str, charset: str, content: str
) -> None:
    fields = {"Content_Transfer_Encoding": encoding, "Content_Type": f'text/plain; charset="{charset}"'}
    assert content_of(body, **fields) == f"<p>{content}</p>"


def test_flowed_lines_are_joined_and_quoted_and_signed_ones_are_not() -> None:
    body = "The plan \nis out.\n\n- one \n> quoted\nend\n-- \nSam\n"
    content = content_of(body, Content_Type="text/plain; format=flowed")
    assert content == "<p>The plan is out.</p><p>- one &gt; quoted end</p>"


def test_line_ends_of_every_kind_are_read() -> None:
    raw = message("One.\n\nTwo.\n")
    assert entry_of(raw.replace(b"\n", b"\r\n")) == entry_of(raw)
    assert content_of("One.\r\rTwo.\r") == "<p>One.</p><p>Two.</p>"


def test_a_part_that_is_not_closed_and_a_boundary_with_odd_signs_are_read() -> None:
    fields = {"Content_Type": 'multipart/mixed; boundary="=_(a+b)?"'}
    assert content_of("--=_(a+b)?\n\nWords.\n--=_(a+b)?x\n", **fields) == "<p>Words. --=_(a+b)?x</p>"
    assert content_of("preamble\n--=_(a+b)?  \n\nWords.\n--=_(a+b)?--\nepilogue", **fields) == "<p>Words.</p>"


@pytest.mark.parametrize(
    "kind", ["multipart/mixed", "multipart/mixed; boundary", 'multipart/mixed; boundary=""', "/"]
)
def test_an_invalid_content_type_leaves_the_text(kind: str) -> None:
    page = read(message("Words.", Content_Type=kind))
    assert page.rejects == ()
    assert [entry.title for entry in page.entries] == ["Example: A plan"]


def test_an_empty_message_is_quarantined() -> None:
    assert quarantine_reason(b"") == "it has no List-Id"


def nested(levels: int) -> bytes:
    opened = "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(1, levels))
    return message(f"--0\n{opened}\nWords.\n", Content_Type='multipart/mixed; boundary="0"')


def test_a_message_that_cannot_be_read_is_quarantined() -> None:
    assert quarantine_reason(message(**multipart(PLAIN, kind="encrypted"))) == "it is encrypted"
    assert quarantine_reason(message(**multipart(*[PLAIN] * 101))) == "it has more than 100 parts"
    assert entry_of(message(**multipart(*[PLAIN] * 100))).title == "Example: A plan"
    assert entry_of(nested(10)).content == "<p>Words.</p>"
    assert quarantine_reason(nested(11)) == "it has parts more than 10 deep inside each other"
    for much in (b"X: " + b"x" * 256 * 1024 + b"\n", b"X: x\n" * 2_000):
        assert (
            quarantine_reason(much + message())
            == "its header is larger than 256 kB, or has more than 2,000 lines"
        )
    assert entry_of(b"X: x\n" * 1_990 + message()).content == "<p>Words.</p>"


def test_a_text_beyond_the_limits_is_cut_and_ends_with_an_ellipsis() -> None:
    whole = content_of("Line.\n" * 2_000)
    assert whole == f"<p>{' '.join(['Line.'] * 2_000)}</p>"
    assert content_of("Line.\n" * 2_001) == whole + "<p>…</p>"
    assert content_of("x" * 300_001) == f"<p>{'x' * 300_000}</p><p>…</p>"


def test_characters_that_reverse_or_end_text_do_no_harm() -> None:
    page = read(message("A\u202eB\x00.\n", Subject="Example: \u202eplan\x00"))
    assert isinstance(page, ParsedPage)
    assert page.entries[0].title == "Example: \u202eplan"


def test_parameters_that_break_the_standard_library_are_left_out() -> None:
    assert content_of("Plain words.", Content_Type="text/plain; name*=a; name*0=b") == "<p>Plain words.</p>"
