"""A letter as it arrives: headers, both parts, and what is the reader's own."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from aggregator.deliver import PreparedMessage, prepare_digest_mail, digest_window
from aggregator.deliver.mail.prepared import prepare_text_mail
from aggregator.deliver.mail.tokens import CHOICES
from aggregator.model import Choices, Digest, Message, Subscriber
from aggregator.services.mailing.mailer import MAX_MAILBOX_NAME
from tests.deliver.digest.digests import BODIES, digest, item, under
from tests.deliver.mail.subscribers import TOKENS, opened, parts, reader, stationery
from tests.support.builders import LONDON, make_site

PAGES = make_site(subscriptions_url="https://updates.example.org/letters/")
WEEK = digest(
    under("Documents", item(), item(id="urn:uuid:2", title="Cynllun", body="wales", topics=("plans",))),
    under("Other", item(id="urn:uuid:3", title="A post", type="blog-post")),
)


def frozen(found: Digest = WEEK, to: Subscriber | None = None, pages: bool = False) -> PreparedMessage:
    return prepare_digest_mail(found, to or reader(), stationery(PAGES if pages else make_site()), BODIES)


def mail(to: Subscriber | None = None, pages: bool = False) -> Message:
    return frozen(to=to, pages=pages).personalise(to or reader())


def test_every_header_that_a_weekly_letter_needs_is_there() -> None:
    made = opened(mail(pages=True))
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
    made = opened(frozen(digest(under("Closing soon", item(reminder=True)))).personalise(reader()))

    words = "UK open government: updates: 0 updates, 1 reminder, week of 22 January 2024"
    assert made["Subject"].strip() == words  # which is folded after its name: RFC 5322, 2.2.3


def test_a_daily_letter_says_its_day() -> None:
    day = digest(under("Documents", item()), week="2024-01-24", window=digest_window("2024-01-24", LONDON))
    made = opened(frozen(day).personalise(reader()))

    assert made["Subject"] == "UK open government: updates: 1 update, 24 January 2024"
    assert made["Message-ID"] == "<2024-01-24.00c0ffee00c0ffee@updates.example.org>"
    assert made["List-Archive"] == "<https://updates.example.org/digests/2024-01-24.html>"


def test_the_envelope_says_whose_letter_bounced_and_that_we_made_it() -> None:
    sender = mail().sender
    name, _, rest = sender.partition("+")
    run, who, tag = rest.removesuffix("@example.org").split(".")

    assert (name, run, who) == ("post", "2024-W04", "00c0ffee00c0ffee")
    assert tag == TOKENS.return_address_tag("2024-W04", "00c0ffee00c0ffee")
    assert tag != TOKENS.return_address_tag("2024-W04", "00c0ffee00c0ffef")
    assert len(sender.rpartition("@")[0]) <= 64


def test_without_a_sign_up_page_one_leaves_by_mail() -> None:
    made = opened(mail())
    way = f"mailto:post@example.org?subject=leave%20{TOKENS.unsubscribe_token(reader().id)}"

    assert made["List-Unsubscribe"] == f"<{way}>"
    assert made["List-Unsubscribe-Post"] is None
    assert all(way in part for part in parts(mail()))


def test_both_parts_say_the_same_and_carry_the_readers_own_word() -> None:
    text, page = parts(mail(pages=True))
    way = f"https://updates.example.org/letters/leave/{TOKENS.unsubscribe_token(reader().id)}"

    for part in (text, page):
        assert all(title in part for title in ("A plan", "Cynllun", "A post"))
        assert part.count(way) == 1
        assert "you asked for this letter" in " ".join(part.split())
        assert "slot" not in part
    assert not re.search(r"<(?:img|script|link|iframe)|url\(", page)


def test_the_letter_to_a_mailing_list_holds_nothing_personal() -> None:
    to = reader(address="list@lists.example.org", is_list=True, leave="https://lists.example.org/leave")
    message = mail(to, pages=True)
    made = opened(message)

    assert made["List-Unsubscribe"] == "<https://lists.example.org/leave>"
    assert made["List-Unsubscribe-Post"] is None
    assert TOKENS.unsubscribe_token(to.id).encode() not in message.payload.replace(b"=\r\n", b"")
    assert "you are on a mailing list that passes this letter on" in " ".join(parts(message)[0].split())
    assert opened(mail(reader(is_list=True)))["List-Unsubscribe"] is None
    by_mail = opened(mail(reader(is_list=True, leave="list-leave@lists.example.org")))
    assert by_mail["List-Unsubscribe"] == "<mailto:list-leave@lists.example.org>"


def test_the_same_letter_is_the_same_bytes_and_two_readers_differ_only_in_what_is_theirs() -> None:
    one, other = reader(), reader(id="11c0ffee11c0ffee", address="other@example.org")

    assert frozen().personalise(one) == frozen().personalise(one)
    theirs = frozen().personalise(other).payload.replace(b"other@", b"reader@")
    own, ours = TOKENS.unsubscribe_token(other.id).encode(), TOKENS.unsubscribe_token(one.id).encode()
    assert theirs.replace(own, ours).replace(other.id.encode(), one.id.encode()) == frozen().personalise(one).payload


def test_no_line_is_too_long_and_none_ends_but_in_crlf() -> None:
    long = digest(under("Other", item(title="Ŵ" * 290, summary="word " * 400), item(id="urn:uuid:9")))
    payload = frozen(long, pages=True).personalise(reader()).payload

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
def test_a_reader_gets_what_they_chose(choices: Choices, titles: list[str]) -> None:
    text = parts(mail(reader(choices=choices)))[0]

    assert re.findall(r"^\* (.*)\r$", text, re.MULTILINE) == titles


def test_a_source_cannot_plant_the_readers_word_in_its_own_link() -> None:
    planted = digest(under("Other", item(url="https://example.org/?slot0123456789abcdef01234567")))
    message = prepare_digest_mail(planted, reader(), stationery(), BODIES).personalise(reader())

    assert parts(message)[0].count(TOKENS.unsubscribe_token(reader().id)) == 1


def test_a_draft_is_never_sent() -> None:
    with pytest.raises(ValueError, match="2024-W04 is a draft"):
        frozen(digest(issued=None))


def test_the_readers_word_finds_its_place_wherever_the_line_that_holds_it_is_broken() -> None:
    where, slot, me = stationery(PAGES), TOKENS.placeholder("2024-W04"), reader()
    for length in range(80):
        text = f"{'x' * length}/leave/{slot}\n"
        made = prepare_text_mail("2024-W04", me, where, subject="x", at=me.status_since, text=text)
        body = opened(made.personalise(me)).get_content()
        assert body.replace("\r\n", "\n") == text.replace(slot, TOKENS.unsubscribe_token(me.id))


@pytest.mark.parametrize(
    "run", ["2024-W04", "2024-01-24", "alert-6f9a4880.6a266870", f"ask-{CHOICES}.{'f' * 12}"]
)
def test_a_return_address_of_the_longest_name_that_may_be_has_no_more_than_64_characters(run: str) -> None:
    where = replace(stationery(), replies_mailbox=f"{'m' * MAX_MAILBOX_NAME}@example.org")

    assert len(where.envelope_sender(run, reader().id).partition("@")[0]) <= 64
