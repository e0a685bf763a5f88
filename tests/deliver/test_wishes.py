"""What people ask for by mail, as it is read."""

from __future__ import annotations

import time
from email.message import EmailMessage
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.deliver.wish_lines import choices_in_lines, chosen, rule_in_lines, rule_of
from aggregator.deliver.wishes import Wanted, Wish, read_wish, wish_by_mail
from aggregator.model import Choices, Rhythm, Titles
from aggregator.model.alerts import OwnRule, Pace
from tests.patience import within

WORD = "00c0ffee00c0ffee.Zb3D5A.c2lnbmVk_-"
KNOWN = {"bodies": {"scotland", "wales"}, "topics": {"open-data"}, "types": {"report"}}


def mail(subject: str, text: str = "", sender: str = "Ann <ann@example.org>", **headers: str) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "post@example.org", subject
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made.as_bytes()


def sent(link: str) -> bytes:
    """The mail that a mail program makes of a link."""
    parts = urlsplit(link)
    told = parse_qs(parts.query)
    return mail(told["subject"][0], told.get("body", [""])[0])


@pytest.mark.parametrize(
    ("payload", "wish"),
    [
        (mail("join"), Wish(Wanted.JOIN, "ann@example.org")),
        (mail("Re: JOIN "), Wish(Wanted.JOIN, "ann@example.org")),
        (mail("please let me join"), None),
        (mail("join", sender="a@example.org, b@example.org"), None),
        (mail(f"confirm {WORD}"), Wish(Wanted.CONFIRM, WORD)),
        (mail(f"RE: Pause {WORD}"), Wish(Wanted.PAUSE, WORD)),
        (mail(f"resume {WORD}"), Wish(Wanted.RESUME, WORD)),
        (mail("confirm"), None),
        (mail(f"confirm {WORD} and more"), None),
        (
            mail(f"choose {WORD}", "Hello,\n> Bodies: Scotland, wales\nrhythm: daily\nother: x\n"),
            Wish(Wanted.CHOOSE, WORD),
        ),
        (mail("join", Auto_Submitted="auto-replied"), None),
        (mail("join", Precedence="bulk"), None),
        (mail("join", List_Id="<a.example.org>"), None),
        (b"", None),
    ],
)
def test_a_mail_asks_for_what_its_subject_says(payload: bytes, wish: Wish | None) -> None:
    found = read_wish(payload)

    assert (found and (found.wanted, found.word)) == (wish and (wish.wanted, wish.word))


def test_lines_change_what_they_name_and_what_is_not_known_changes_nothing() -> None:
    before = Choices(bodies=("wales",), topics=("open-data",), rhythm=Rhythm.DAILY)
    text = (
        "Bodies: scotland, nowhere\ntopics:\ntypes: nothing-that-we-know\nrhythm: hourly\ntitles: Welsh first"
    )
    wish = read_wish(mail(f"choose {WORD}", text))

    assert wish
    assert chosen(before, wish.lines, KNOWN) == Choices(
        bodies=("scotland",), rhythm=Rhythm.DAILY, titles=Titles.WELSH
    )
    assert chosen(before, {}, KNOWN) == before


some = st.builds(
    Choices,
    bodies=st.sampled_from([(), ("scotland",), ("scotland", "wales")]),
    topics=st.sampled_from([(), ("open-data",)]),
    types=st.sampled_from([(), ("report",)]),
    when_empty=st.booleans(),
    rhythm=st.sampled_from(Rhythm),
    titles=st.sampled_from(Titles),
    only_alerts=st.booleans(),
)


@given(choices=some, before=some)
def test_the_mail_that_a_link_opens_says_the_choices_that_it_was_made_of(
    choices: Choices, before: Choices
) -> None:
    wish = read_wish(sent(wish_by_mail("post@example.org", Wanted.CHOOSE, WORD, choices_in_lines(choices))))

    assert wish
    assert wish.word == WORD
    assert chosen(before, wish.lines, KNOWN) == choices


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            'when: "open data" AND\nnation:scotland\n\nrhythm: Daily\nchanges: yes\n',
            OwnRule(id="tried", when='"open data" AND nation:scotland', changes=True, rhythm=Pace.DAILY),
        ),
        ("> When: plan OR\n> cynllun\n>\n> Sent from my phone", OwnRule(id="tried", when="plan OR cynllun")),
        ("when:   a   b\nrhythm: hourly", OwnRule(id="tried", when="a b")),
        ("I want everything", OwnRule(id="tried", when="")),
    ],
)
def test_a_rule_is_read_however_a_mail_program_wraps_and_quotes_it(text: str, rule: OwnRule) -> None:
    wish = read_wish(mail(f"try {WORD}", text))

    assert wish
    assert rule_of(wish.lines) == rule


words = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=8)


@given(
    when=st.lists(words, min_size=1, max_size=40).map(" ".join),
    changes=st.booleans(),
    rhythm=st.sampled_from(Pace),
)
def test_the_mail_that_keeps_a_rule_says_the_rule_that_was_tried(
    when: str, changes: bool, rhythm: Pace
) -> None:
    rule = OwnRule(id="tried", when=when, changes=changes, rhythm=rhythm)
    wish = read_wish(sent(wish_by_mail("post@example.org", Wanted.WATCH, WORD, rule_in_lines(rule))))

    assert wish
    assert rule_of(wish.lines) == rule


@given(payload=st.binary(max_size=300))
def test_whatever_stands_below_the_subject_the_word_is_read_or_nothing(payload: bytes) -> None:
    found = read_wish(b"Subject: choose " + WORD.encode() + b"\n" + payload)

    assert found is None or (found.wanted, found.word) == (Wanted.CHOOSE, WORD)


def test_a_long_text_is_read_quickly() -> None:
    started = time.process_time()
    read_wish(mail(f"choose {WORD}", "\n" * 100_000 + "> " * 100_000))

    assert within(time.process_time() - started, 2)
