"""A mailing list's announcements become items; discussion does not, and doubtful messages are quarantined."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.errors import SourceError
from aggregator.model import MailTrust, ParsedPage, RawClaim, RawEntry, RawLink, Reject, Request
from aggregator.normalise import normalise
from aggregator.parse import reader_for
from tests.parse.mail.messages import (
    MAILBOX,
    MESSAGES,
    TRUST,
    content_of,
    entry_of,
    message,
    quarantine_reason,
    read,
)
from tests.support.builders import NOON, make_source

SEED = Path(__file__).parents[4] / "shared" / "seed" / "readout-2024-01-24.txt"
NOTE = "The day stands in the subject of a message to the mailing list."


def case(name: str) -> ParsedPage:
    return read((MESSAGES / name).read_bytes())


def test_the_mailbox_is_requested_by_its_address() -> None:
    request = reader_for("mailbox").request(make_source(kind="mailbox"), MAILBOX)
    assert request == Request(url=MAILBOX, pause=timedelta(0), accept="message/rfc822")


def test_a_read_out_in_plain_text_is_read_whole_and_without_boilerplate() -> None:
    assert case("readout_text.eml") == ParsedPage(
        entries=(
            RawEntry(
                item_name="message 1",
                id="mail:70844ccb03356c105b8da36a3caf6a45",
                link="https://lists.example.org/archives/msf/0042.html",
                title="Example: Read-out of the Multi-Stakeholder Forum | Wednesday 24th January 2024",
                content=(
                    "<p>Below is the read-out (provided by government) of the last meeting. Write to"
                    " [address removed] or ring [number removed] with questions.</p>"
                    "<p>Multi-Stakeholder Forum read-out</p><p>Attendees</p>"
                    "<p>There were 30 attendees. The Minister, Ada Example MP, gave apologies."
                    " [name removed] took the notes – with thanks.</p>"
                    "<p>Actions:<br>- publish the slides<br>- set the date of the next meeting</p>"
                ),
                published="Thu, 1 Feb 2024 10:15:00 +0000",
                language="en-GB",
                links=(RawLink(href="https://lists.example.org/archives/msf/", rel="related"),),
                claims=(
                    RawClaim(
                        what="meeting held",
                        date="24th January 2024",
                        source="https://lists.example.org/archives/msf/0042.html",
                        note=NOTE,
                    ),
                ),
            ),
        )
    )


def test_a_read_out_in_html_keeps_its_links_its_tables_and_the_names_with_an_office() -> None:
    (entry,) = case("readout_html.eml").entries
    assert entry.title == "Example: Minutes of the forum – 16 April 2024"
    assert entry.link is None
    assert entry.published == "Mon, 29 Apr 2024 10:00:00 +0100"
    assert entry.claims == (RawClaim(what="meeting held", date="16 April 2024", source=None, note=NOTE),)
    entry_read = normalise(make_source(kind="mailbox"), MAILBOX, [entry], now=NOON).entries[0]
    assert entry_read.content == (
        "<div>\n"
        '<p>The minutes are on <a href="https://www.example.uk/minutes" rel="noopener noreferrer">'
        "our page</a>. Ask [address removed] ([number removed]) – [name removed] keeps the list.</p>\n"
        "<p>The meeting was chaired by <b>Seán Example</b>, Director of Open Government."
        " Seán Example closed it.</p>\n"
        "<table><tbody><tr><td>Commitment 1</td><td>On track</td></tr></tbody></table>\n\n"
        "</div><ul><li>Attachment: Minutes of [name removed] – April.pdf (application/pdf, 1.4 kB)</li></ul>"
    )
    assert entry_read.claims[0].moment is not None
    assert entry_read.claims[0].moment.at.isoformat() == "2024-04-15T23:00:00+00:00"


def test_a_welsh_message_in_windows_1252_and_broken_lines_is_read_with_its_language() -> None:
    (entry,) = case("welsh_base64.eml").entries
    assert (entry.title, entry.language) == ("Example: Cofnodion cyfarfod tân", "cy")
    assert entry.content == "<p>Cynhaliwyd y cyfarfod ar y tân – diolch i bawb.</p><p>Diwedd.</p>"


def test_a_forwarded_message_is_read_without_its_header_and_boilerplate() -> None:
    (entry,) = case("forwarded.eml").entries
    assert entry.title == "[Draft] Example: Summary of the forum"
    assert entry.content == "<p>Please see below.</p><p>The forum met on 16 April 2024.</p>"


def test_a_reply_is_neither_an_item_nor_a_reject() -> None:
    assert case("answer.eml") == ParsedPage(entries=())


def test_a_forged_message_is_quarantined_with_what_passed() -> None:
    assert case("forged.eml").rejects == (
        Reject(
            item_name="message 1",
            why="quarantined: mx.example.net found no DKIM, SPF or DMARC pass for a domain of the list"
            " (passed: dkim=attacker.example, spf=attacker.example)",
        ),
    )


@pytest.mark.skipif(not SEED.exists(), reason="the shared folder is not beside this project")
def test_the_sample_read_out_loses_its_boilerplate_and_keeps_names_with_an_office() -> None:
    text = SEED.read_text(encoding="utf-8").split("Thanks Chloe,")[0]
    content = content_of(
        text.partition("\n")[2],
        From="Chloe Member <chloe@example.org>",
        Content_Type="text/plain; charset=utf-8",
    )
    assert content.startswith(
        "<p>Below and here is the read-out (provided by government) from the last civil"
    )
    assert "<p>Multi-stakeholder Forum Read-out</p><p>Wednesday 24th January 2024</p>" in content
    assert "<p>Alex Burghart MP was needed in Parliament" in content
    assert "co-chaired by Sue Bateman, CDDO Interim Chief Digital Officer" in content
    assert content.endswith("next NAP cycle which will take place during 2025.</p>")
    for phrase in ("Hi all", "Hope you are well", "Best wishes", "Chloe"):
        assert phrase not in content


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("Example: A plan", "Example: A plan"),
        ("[MSF] Example: A plan", "Example: A plan"),
        ("[msf-lists] [MSF]Example: A plan", "Example: A plan"),
        ("Fwd: FW: [External] Example: A plan", "Example: A plan"),
        ("[Draft] Example: A plan", "[Draft] Example: A plan"),
        ("Regarding: Example", "Regarding: Example"),
        ("  Example:\n \tA plan", "Example: A plan"),
        ("=?utf-8?Q?Example:_?= =?utf-8?Q?A_plan?=", "Example: A plan"),
        ("=?utf-8?B?RXhhbXBsZTo=?= A =?iso-8859-1?q?pl=E2n?=", "Example: A plân"),
        ("=?utf-8?B?R?= A plan", "=?utf-8?B?R?= A plan"),
        ("=?nonsense?Q?pl=E2n?=", "plân"),
        ("Example: raw bytes – ü", "Example: raw bytes – ü"),
        ("Example: ask chloe@example.org", "Example: ask [address removed]"),
    ],
)
def test_the_subject_is_the_title_without_what_programs_put_before_it(subject: str, title: str) -> None:
    assert entry_of(message(Subject=subject)).title == title


def test_a_message_without_a_subject_has_no_title() -> None:
    assert entry_of(message(Subject=None)).title is None


@pytest.mark.parametrize(
    "fields",
    [
        {"Subject": "Re: Example"},
        {"Subject": "RE[2]: Example"},
        {"Subject": "[MSF] Re: Example: Read-out"},
        {"Subject": "Fwd: [MSF] AW: Example"},
        {"Subject": "Ateb: Example"},
        {"Subject": "Example", "In_Reply_To": "<0@lists.example.org>"},
        {"Subject": "Example", "References": "<0@lists.example.org>"},
        {"Subject": "Away until Monday", "Auto_Submitted": "auto-replied (vacation)"},
    ],
)
def test_replies_are_no_items(fields: dict[str, str]) -> None:
    assert read(message(**fields)) == ParsedPage(entries=())


def test_a_read_out_under_a_new_subject_is_an_item_though_it_replies_to_an_old_message() -> None:
    for subject in ("Example: Read out of June", "Example: Minutes", "Example: Note of the forum meeting"):
        assert entry_of(message(Subject=subject, References="<0@x>")).title == subject


def test_a_reply_with_a_document_is_quarantined() -> None:
    body = (
        "--b\n\nHere they are.\n--b\nContent-Type: application/pdf; name=minutes.pdf\n"
        "Content-Disposition: attachment\n\n%PDF\n--b--\n"
    )
    reply = message(body, Subject="Re: Example", Content_Type="multipart/mixed; boundary=b")
    assert quarantine_reason(reply) == "an answer with a document attached"
    picture = reply.replace(b"application/pdf", b"image/png")
    assert read(picture) == ParsedPage(entries=())


@pytest.mark.parametrize(
    ("subject", "date"),
    [
        ("Example: Read-out, 3 July 2026", "3 July 2026"),
        ("Example: readout of 3rd of July 2026", "3rd of July 2026"),
        ("Example: Minutes | July 3, 2026", "July 3, 2026"),
        ("Example: Meeting notes 03/07/2026", "03/07/2026"),
        ("Example: Forum summary 2026-07-03", "2026-07-03"),
        ("Example: Cofnodion 3 Gorffennaf 2026", "3 Gorffennaf 2026"),
        ("Example: Read-out of July", None),
        ("Example: Open day on 3 July 2026", None),
        ("Example: Minutes and agenda of the next meeting, 3 July 2026", None),
    ],
)
def test_the_day_of_a_meeting_is_claimed_where_a_read_outs_subject_names_it(
    subject: str, date: str | None
) -> None:
    claims = entry_of(message(Subject=subject)).claims
    assert [claim.date for claim in claims] == ([date] if date else [])


def test_only_the_lists_own_archive_is_a_messages_page() -> None:
    archived = {
        "Archived_At": "<https://lists.example.org/1>",
        "List_Archive": "<https://lists.example.org/>",
    }
    own = entry_of(message(**archived))
    assert own.link == "https://lists.example.org/1"
    assert own.links == (RawLink(href="https://lists.example.org/", rel="related"),)
    strange = entry_of(message(Archived_At="<https://www.gov.uk/a-plan>"))
    assert strange.link is None
    assert strange.links == (RawLink(href="https://www.gov.uk/a-plan", rel="related"),)
    signed = MailTrust(list_id=TRUST.list_id, servers=TRUST.servers, signers=("example.org",))
    elsewhere = message(Archived_At="<https://archive.example.org/1>")
    assert entry_of(elsewhere).link is None
    assert entry_of(elsewhere, trust=signed).link == "https://archive.example.org/1"
    for odd in ("https://lists.example.org/1", "<mailto:a@b.example>", "<javascript:1>", "<https://[x>"):
        assert entry_of(message(Archived_At=odd)).link is None


def test_a_repeat_is_recognised_by_its_message_id_or_its_text() -> None:
    first = message("The plan is out.\n")
    same_id = message("The plan is out now.\n", Subject="Example: Another")
    same_text = message(
        "<p>The <b>plan</b> is out.</p>",
        Message_ID="<2@x>",
        Content_Type="text/html",
        Subject="[MSF] example: a plan",
    )
    other = message("The plan is late.\n", Message_ID="<3@x>")
    found = read(first, same_id, same_text, other)
    assert [entry.item_name for entry in found.entries] == ["message 1", "message 4"]


def test_a_message_without_an_id_gets_one_made_from_its_text() -> None:
    ids = {entry_of(message(text, Message_ID=None)).id for text in ("One.", "One.", "Two.")}
    assert len(ids) == 2
    assert all(id and id.startswith("mail:") and len(id) == 37 for id in ids)


def test_a_message_that_was_left_out_by_the_fetcher_is_quarantined() -> None:
    page = read(message(), left_out=b"1706.big\tlarger than 10 MiB, the most that is read of one message\n")
    assert len(page.entries) == 1
    assert page.rejects == (
        Reject(
            item_name="message 1706.big",
            why="quarantined: larger than 10 MiB, the most that is read of one message",
        ),
    )


def test_a_listing_of_messages_proves_no_removal() -> None:
    assert read(message()).complete is False


def test_a_mailbox_without_a_list_is_refused() -> None:
    with pytest.raises(SourceError, match="nothing says which messages to take"):
        read(message(), trust=None)
