"""Boilerplate and private persons are removed from a message; its announcement stays."""

from __future__ import annotations

import pytest

from tests.parse.mail.messages import content_of

WRITER = "Chloe Member <chloe@network.example.org>"


def lines(*text: str, **fields: str | None) -> list[str]:
    """The paragraphs that remain of these lines, between two that stay."""
    body = "\n".join(["Before.", "", *text, "", "After.", ""])
    content = content_of(body, **{"From": WRITER, "Content_Type": "text/plain; charset=utf-8", **fields})
    assert content.startswith("<p>Before.</p>")
    assert content.endswith("<p>After.</p>")
    return content.removeprefix("<p>").removesuffix("</p>").split("</p><p>")[1:-1]


@pytest.mark.parametrize(
    "text",
    [
        *("Hi all", "Hi all,", "Hello everyone!", "Dear Chloe,", "Dear colleagues and friends of the forum,"),
        *("Hey", "Good morning", "Annwyl bawb,", "Bore da", "Dear Sir/Madam,", "Hi Chloe & Sam –"),
        *("Hope you are well.", "I hope this message finds you well!", "Hope everyone had a good week."),
        *(
            "Best wishes, Chloe",
            "Thanks Chloe,",
            "Many thanks",
            "Kind regards",
            "Best,",
            "Cheers, Sam Member",
        ),
        *(
            "Thanks and best wishes,",
            "With best wishes,",
            "Yours sincerely",
            "Diolch yn fawr,",
            "Cofion gorau",
        ),
        *("Thank you all!", "Regards", "All the best, Chloe", "Thanks again, Chloe"),
    ],
)
def test_greetings_and_closings_go(text: str) -> None:
    assert lines(text) == []


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Thank you and next steps",
            "Best practice in Wales",
            "Hello World Day takes place in London soon.",
        ),
        *(
            "Dear all who came will know that the plan was welcome and much discussed.",
            "Thanks to the officials.",
        ),
        *(
            "Best value was discussed.",
            "Regarding the plan",
            "Hopes for the plan are high as well.",
            "Hi-tech",
        ),
        "Kind regards were sent by the Minister to the forum, and many thanks to all who had taken part.",
    ],
)
def test_sentences_that_only_start_like_a_greeting_stay(text: str) -> None:
    assert lines(text) == [text]


def test_a_sentence_behind_a_greeting_stays() -> None:
    assert lines("Hi Chloe, the read-out is below.") == ["the read-out is below."]


def test_the_name_below_a_closing_goes_with_the_lines_right_below_it() -> None:
    assert lines("Best wishes,", "", "Chloe Member", "Coordinator", "Tel: 020 7946 0000") == []
    assert lines("Best wishes,", "Chloe", "", "Aim of the meeting") == ["Aim of the meeting"]
    assert lines("Best wishes,", "", "", "Chloe", "Example Network") == ["Example Network"]
    assert lines("Best wishes,", "Chloe", "The plan was agreed by all.") == ["The plan was agreed by all."]
    assert lines("Best wishes,", "", "", "", "Chloe") == ["Chloe"]
    assert lines("Best wishes,", "", "Welcome") == ["Welcome"]
    assert lines("Best wishes,", "", "the plan") == ["the plan"]


def test_a_closing_that_names_the_writer_takes_nothing_else_with_it() -> None:
    assert lines("Best wishes, Chloe", "Annex") == ["Annex"]


def test_a_signature_goes_to_the_end() -> None:
    content = content_of("Text.\n\n-- \nChloe Member\nNetwork\n\nA saying about life.\n", From=WRITER)
    assert content == "<p>Text.</p>"


def test_far_more_than_a_signature_below_the_two_hyphens_stays_from_the_first_gap_on() -> None:
    text = "Text.\n\n--\nChloe Member\nNetwork\n\n" + "A paragraph.\n\n" * 15
    assert content_of(text, From=WRITER) == "<p>Text.</p>" + "<p>A paragraph.</p>" * 15


def test_a_forwarded_message_below_a_signature_stays() -> None:
    head = "---------- Forwarded message ---------\nFrom: A <a@b.example>\nDate: x\nTo: y"
    assert content_of(f"Text.\n\n-- \nChloe\n\n{head}\n\nPlan.\n", From=WRITER) == "<p>Text.</p><p>Plan.</p>"


@pytest.mark.parametrize(
    "mark",
    [
        "On Wed, 24 Jan 2024 at 10:00, Chloe Member <chloe@example.org> wrote:",
        "On Wed, 24 Jan 2024 at 10:00, Chloe Member\n<chloe@example.org> wrote:",
        "-----Original Message-----",
        "From: Chloe\nSent: Monday\nTo: all",
        "Ar Mer, 24 Ion 2024, ysgrifennodd:",
        "_______________________________________________\nMSF mailing list\nmsf@lists.example.org",
        "You received this message because you are subscribed to the Google Groups group.",
    ],
)
def test_the_text_below_a_quotation_or_a_lists_footer_goes(mark: str) -> None:
    assert content_of(f"Plan.\n\n{mark}\n\nOld words.\n") == "<p>Plan.</p>"


def test_a_memo_and_a_rule_are_no_quotation() -> None:
    memo = "From: the Department\nTo: the forum\nDate: 24 January 2024\n\nWords.\n"
    assert content_of(memo).endswith("<p>Words.</p>")
    assert content_of(f"One.\n\n{'_' * 40}\n\nTwo.\n") == f"<p>One.</p><p>{'_' * 40}</p><p>Two.</p>"


def test_ways_out_of_the_list_are_not_published() -> None:
    """Because anybody could end our subscription with such a link."""
    assert lines("Unsubscribe: https://lists.example.org/u?token=1") == []
    assert lines("Manage your email preferences") == []
    markup = '<p>Plan.</p><p><a href="https://lists.example.org/unsubscribe/1">Leave us</a></p>'
    assert content_of(markup, Content_Type="text/html") == "<p>Plan.</p><p>Leave us</p>"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Write to chloe.member+msf@example.org.", "Write to [address removed]."),
        ("chloe [at] example [dot] org", "[address removed]"),
        (
            "See https://example.org/?mail=chloe%40example.org",
            "See https://example.org/?mail=[address removed]",
        ),
        ("<mailto:chloe@example.org>", "&lt;[address removed]&gt;"),
        ("Ring 020 7946 0000.", "Ring [number removed]."),
        ("Ring (020) 7946-0000 or +44 (0)20 7946 0000", "Ring [number removed] or [number removed]"),
        ("07700900123", "[number removed]"),
        ("From 01.02.2024 to 03.04.2024", "From 01.02.2024 to 03.04.2024"),
        ("In 2024-25 it was £1,234,567,890 for 44 people", "In 2024-25 it was £1,234,567,890 for 44 people"),
        ("Reference 0123456", "Reference 0123456"),
        ("at 10 [at the office]", "at 10 [at the office]"),
        ("Follow @opengov", "Follow @opengov"),
        (
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa&data=1%7Ca%40b.org%7C",
            "https://example.org/a",
        ),
    ],
)
def test_addresses_and_telephone_numbers_are_taken_out_and_dates_are_not(text: str, left: str) -> None:
    assert lines(text) == [left]


@pytest.mark.parametrize(
    "stated",
    [
        "Chloe Member <c@example.org>",
        '"Chloe Member" <c@example.org>',
        '"Member, Chloe" <c@example.org>',
        "Chloe Member via MSF <msf@lists.example.org>",
        "=?utf-8?q?Chloe?= Member <c@example.org>",
        '"Chloe Member (Network)" <c@example.org>',
        "Sam <s@example.org>, Chloe Member <c@example.org>",
    ],
)
def test_the_names_of_the_header_are_taken_out(stated: str) -> None:
    for field in ("From", "Reply_To", "To", "Cc"):
        fields = {"From": None, field: stated}
        assert lines("Chloe\xa0Member took notes.", **fields) == ["[name removed] took notes."]


def test_a_name_is_taken_out_as_a_whole_only() -> None:
    assert lines("Chloe Members and McChloe Member") == ["Chloe Members and McChloe Member"]


def test_a_person_with_an_office_is_named_everywhere() -> None:
    content = lines("Chloe Member spoke.", "", "Chloe Member, Chair of the network, and others.")
    assert content == ["Chloe Member spoke.", "Chloe Member, Chair of the network, and others."]
    assert lines("Chloe Member will chair it. The Minister came.") == [
        "[name removed] will chair it. The Minister came."
    ]


@pytest.mark.parametrize(
    "name", ["Open Government Network", "MSF", "Example", "UK OGN", "Democratic Society"]
)
def test_the_name_of_an_organisation_stays(name: str) -> None:
    assert lines(f"{name} wrote this.", From=f"{name} <a@example.org>") == [f"{name} wrote this."]


def html(markup: str, **fields: str | None) -> str:
    return content_of(markup, **{"From": WRITER, "Content_Type": "text/html; charset=utf-8", **fields})


def test_lines_of_html_are_read_as_people_see_them() -> None:
    gmail = (
        "<div>Hi all,</div><div><br></div><div>Plan.</div><div><br></div><div>Best wishes,</div>"
        "<div><br></div><div>Chloe</div><div>Coordinator</div><div><br></div><h2>Welcome</h2>"
    )
    assert html(gmail).replace("<div></div>", "").replace("<div><br/></div>", "") == (
        "<div>Plan.</div><h2>Welcome</h2>"
    )
    assert html("<p>Plan.<br>Best <b>wishes</b>,<br>Chloe<br><br>More.</p>") == (
        "<p>Plan.<br/><br/><br/><br/>More.</p>"
    )
    assert html("<p>One.</p>\n<p>Chloe</p><ul><li>Thanks</li><li>x</li></ul>") == (
        "<p>One.</p>\n<p>Chloe</p><ul><li>x</li></ul>"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>Chloe <b>Member</b> wrote <i>this</i>.</p>", "<p>[name removed] wrote <i>this</i>.</p>"),
        (
            '<p>Hi all, see <a href="https://e.org/">it</a>.</p>',
            '<p>see <a href="https://e.org/">it</a>.</p>',
        ),
        ('<p>Ask <a href="mailto:c@e.org">Chloe</a>.</p>', "<p>Ask [address removed].</p>"),
        ('<p>Ring <a href="tel:+442079460000">us</a>.</p>', "<p>Ring [number removed].</p>"),
        ('<p><a href="https://e.org/?u=c%40e.org">Our page</a></p>', "<p>Our page</p>"),
        ('<p><a href="javascript:x()">Our page</a></p>', "<p>Our page</p>"),
        ('<p><a name="top">Our page</a></p>', "<p>Our page</p>"),
        (
            '<p><a href="https://x.safelinks.protection.outlook.com/?url=https%3A%2F%2Fe.org%2F&data=c">P</a></p>',
            '<p><a href="https://e.org/">P</a></p>',
        ),
        ('<p>Plan.</p><div style="display: none">Hidden</div>', "<p>Plan.</p>"),
        ('<p>Plan.</p><div class="gmail_signature">Chloe</div>', "<p>Plan.</p>"),
        ('<p>Plan.</p><div id="Signature"><p>C</p></div>', "<p>Plan.</p>"),
        (
            '<style>p{}</style><script>x</script><title>T</title><p>Plan.<img src="https://t.org/1"></p>',
            "<p>Plan.</p>",
        ),
        (
            "<p>Mail c@<b>e.org</b> or ring <b>020</b> 7946 0000</p>",
            "<p>Mail [address removed] or ring <b>[number removed]</b></p>",
        ),
    ],
)
def test_html_keeps_its_markup_and_loses_persons_and_trackers(before: str, after: str) -> None:
    assert html(before) == after
