"""A digest mail as it arrives: headers, both parts, and what differs between subscribers."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from aggregator.deliver import PreparedMessage, digest_window, prepare_digest_mail
from aggregator.deliver.mail.prepared import prepare_text_mail
from aggregator.deliver.mail.tokens import CHOICES
from aggregator.model import Choices, Digest, Message, Subscriber
from aggregator.services.mailing.mailer import MAX_MAILBOX_NAME
from tests.deliver.digest.digests import BODIES, make_digest, make_item, make_section
from tests.deliver.mail.subscribers import TOKENS, make_context, make_subscriber, parse_message, text_and_html
from tests.support.builders import LONDON, make_site

PAGES = make_site(subscriptions_url="https://updates.example.org/letters/")
WEEK = make_digest(
    make_section(
        "Documents", make_item(), make_item(id="urn:uuid:2", title="Cynllun", body="wales", topics=("plans",))
    ),
    make_section("Other", make_item(id="urn:uuid:3", title="A post", type="blog-post")),
)


def prepare(digest: Digest = WEEK, to: Subscriber | None = None, pages: bool = False) -> PreparedMessage:
    return prepare_digest_mail(
        digest, to or make_subscriber(), make_context(PAGES if pages else make_site()), BODIES
    )


def make_message(to: Subscriber | None = None, pages: bool = False) -> Message:
    return prepare(to=to, pages=pages).personalise(to or make_subscriber())


def test_a_weekly_digest_has_every_header_that_it_needs() -> None:
    made = parse_message(make_message(pages=True))
    token = TOKENS.unsubscribe_token("00c0ffee00c0ffee")

    assert made["To"] == "reader@example.org"
    assert made["From"] == '"UK open government: updates" <letters@updates.example.org>'
    assert made["Subject"] == "UK open government: updates: 3 updates, week of 22 January 2024"
    assert made["Date"] == "Mon, 29 Jan 2024 08:00:00 +0000"
    assert made["Message-ID"] == "<2024-W04.00c0ffee00c0ffee@updates.example.org>"
    assert made["List-Id"] == "<updates-example-org.letters.updates.example.org>"
    assert made["List-Archive"] == "<https://updates.example.org/digests/2024-W04.html>"
    assert made["List-Unsubscribe"].split() == [
        f"<https://updates.example.org/letters/leave/{token}>,",
        f"<mailto:post@example.org?subject=leave%20{token}>",
    ]
    assert made["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert made["Auto-Submitted"] == "auto-generated"
    assert made["Precedence"] == "bulk"
    assert made.get_content_type() == "multipart/alternative"
    assert len(made.keys()) == len(set(made.keys()))
    assert made.defects == []


def test_the_subject_counts_reminders_apart() -> None:
    made = parse_message(
        prepare(make_digest(make_section("Closing soon", make_item(reminder=True)))).personalise(
            make_subscriber()
        )
    )

    subject = "UK open government: updates: 0 updates, 1 reminder, week of 22 January 2024"
    assert made["Subject"].strip() == subject  # folded after the header name: RFC 5322, 2.2.3


def test_the_subject_of_a_daily_digest_has_its_day() -> None:
    day = make_digest(
        make_section("Documents", make_item()),
        period="2024-01-24",
        window=digest_window("2024-01-24", LONDON),
    )
    made = parse_message(prepare(day).personalise(make_subscriber()))

    assert made["Subject"] == "UK open government: updates: 1 update, 24 January 2024"
    assert made["Message-ID"] == "<2024-01-24.00c0ffee00c0ffee@updates.example.org>"
    assert made["List-Archive"] == "<https://updates.example.org/digests/2024-01-24.html>"


def test_the_return_address_names_the_delivery_and_shows_that_we_made_it() -> None:
    sender = make_message().sender
    name, _, rest = sender.partition("+")
    run, subscriber, tag = rest.removesuffix("@example.org").split(".")

    assert (name, run, subscriber) == ("post", "2024-W04", "00c0ffee00c0ffee")
    assert tag == TOKENS.return_address_tag("2024-W04", "00c0ffee00c0ffee")
    assert tag != TOKENS.return_address_tag("2024-W04", "00c0ffee00c0ffef")
    assert len(sender.rpartition("@")[0]) <= 64


def test_without_a_web_page_subscribers_unsubscribe_by_mail() -> None:
    made = parse_message(make_message())
    link = f"mailto:post@example.org?subject=leave%20{TOKENS.unsubscribe_token(make_subscriber().id)}"

    assert made["List-Unsubscribe"] == f"<{link}>"
    assert made["List-Unsubscribe-Post"] is None
    assert all(link in part for part in text_and_html(make_message()))


def test_both_parts_say_the_same_and_have_the_subscribers_own_token() -> None:
    text, page = text_and_html(make_message(pages=True))
    link = f"https://updates.example.org/letters/leave/{TOKENS.unsubscribe_token(make_subscriber().id)}"

    for part in (text, page):
        assert all(title in part for title in ("A plan", "Cynllun", "A post"))
        assert part.count(link) == 1
        assert "you asked for this letter" in " ".join(part.split())
        assert "slot" not in part
    assert not re.search(r"<(?:img|script|link|iframe)|url\(", page)


def test_the_digest_to_a_mailing_list_has_nothing_personal() -> None:
    to = make_subscriber(
        address="list@lists.example.org", is_list=True, leave_instructions="https://lists.example.org/leave"
    )
    message = make_message(to, pages=True)
    made = parse_message(message)

    assert made["List-Unsubscribe"] == "<https://lists.example.org/leave>"
    assert made["List-Unsubscribe-Post"] is None
    assert TOKENS.unsubscribe_token(to.id).encode() not in message.payload.replace(b"=\r\n", b"")
    assert "you are on a mailing list that passes this letter on" in " ".join(
        text_and_html(message)[0].split()
    )
    assert parse_message(make_message(make_subscriber(is_list=True)))["List-Unsubscribe"] is None
    by_mail = parse_message(
        make_message(make_subscriber(is_list=True, leave_instructions="list-leave@lists.example.org"))
    )
    assert by_mail["List-Unsubscribe"] == "<mailto:list-leave@lists.example.org>"


def test_the_same_delivery_is_the_same_bytes_and_two_subscribers_differ_only_in_address_id_and_token() -> (
    None
):
    one, other = make_subscriber(), make_subscriber(id="11c0ffee11c0ffee", address="other@example.org")

    assert prepare().personalise(one) == prepare().personalise(one)
    other_payload = prepare().personalise(other).payload.replace(b"other@", b"reader@")
    other_token, one_token = (
        TOKENS.unsubscribe_token(other.id).encode(),
        TOKENS.unsubscribe_token(one.id).encode(),
    )
    assert (
        other_payload.replace(other_token, one_token).replace(other.id.encode(), one.id.encode())
        == prepare().personalise(one).payload
    )


def test_no_line_is_too_long_and_all_end_in_crlf() -> None:
    long = make_digest(
        make_section("Other", make_item(title="Ŵ" * 290, summary="word " * 400), make_item(id="urn:uuid:9"))
    )
    payload = prepare(long, pages=True).personalise(make_subscriber()).payload

    assert max(len(line) for line in payload.split(b"\r\n")) <= 998
    assert b"\n" not in payload.replace(b"\r\n", b"")
    body = payload.partition(b"\r\n\r\n")[2]
    assert max(len(line) for line in body.split(b"\r\n")) <= 76


@pytest.mark.parametrize(
    ("choices", "titles"),
    [
        (Choices(), ["A plan", "Cynllun", "A post"]),
        (Choices(bodies=("wales",)), ["Cynllun"]),
        (Choices(types=("blog-post",)), ["A post"]),
        (Choices(topics=("plans", "money")), ["Cynllun"]),
        (Choices(bodies=("cabinet-office",), types=("report",)), ["A plan"]),
        (Choices(bodies=("scotland",)), []),
    ],
)
def test_a_subscriber_gets_what_they_chose(choices: Choices, titles: list[str]) -> None:
    text = text_and_html(make_message(make_subscriber(choices=choices)))[0]

    assert re.findall(r"^\* (.*)\r$", text, re.MULTILINE) == titles


def test_a_source_cannot_put_the_placeholder_into_its_own_link() -> None:
    planted = make_digest(
        make_section("Other", make_item(url="https://example.org/?slot0123456789abcdef01234567"))
    )
    message = prepare_digest_mail(planted, make_subscriber(), make_context(), BODIES).personalise(
        make_subscriber()
    )

    assert text_and_html(message)[0].count(TOKENS.unsubscribe_token(make_subscriber().id)) == 1


def test_a_draft_cannot_be_sent() -> None:
    with pytest.raises(ValueError, match="2024-W04 is a draft"):
        prepare(make_digest(issued_at=None))


def test_the_token_replaces_the_placeholder_wherever_its_line_is_broken() -> None:
    context, placeholder, me = make_context(PAGES), TOKENS.placeholder("2024-W04"), make_subscriber()
    for length in range(80):
        text = f"{'x' * length}/leave/{placeholder}\n"
        made = prepare_text_mail("2024-W04", me, context, subject="x", at=me.status_since, text=text)
        body = parse_message(made.personalise(me)).get_content()
        assert body.replace("\r\n", "\n") == text.replace(placeholder, TOKENS.unsubscribe_token(me.id))


@pytest.mark.parametrize(
    "run", ["2024-W04", "2024-01-24", "alert-6f9a4880.6a266870", f"ask-{CHOICES}.{'f' * 12}"]
)
def test_a_return_address_has_at_most_64_characters_with_the_longest_allowed_mailbox_name(run: str) -> None:
    context = replace(make_context(), replies_mailbox=f"{'m' * MAX_MAILBOX_NAME}@example.org")

    assert len(context.envelope_sender(run, make_subscriber().id).partition("@")[0]) <= 64
