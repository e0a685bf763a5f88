"""What a program wrote is no announcement; what somebody wrote about such things is one."""

from __future__ import annotations

import pytest

from tests.parse.mail.messages import message, read

AWAY = "Thank you for your message.\n\nI am out of the office until 8 June.\n"
FOOTER = (
    "\n_______________________________________________\nmsf mailing list\nUnsubscribe: https://x.example/\n"
)


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"X_Autorespond": "Re: A plan"},
        {"X_List_Administrivia": "yes"},
        {"Return_Path": "<>"},
        {"From": "Mail Delivery System <MAILER-DAEMON@mx.example.net>"},
        {"From": "msf-request@lists.example.org"},
        {"Content_Type": 'multipart/report; report-type=delivery-status; boundary="b"'},
    ],
)
def test_a_header_field_tells_what_a_program_sent(fields: dict[str, str]) -> None:
    page = read(message(Subject="Example: A plan", **fields))
    assert (page.entries, page.rejects) == ((), ())


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Automatic reply: Open government plan", "Words."),
        ("[MSF] Out of Office: Open government plan", "Away."),
        ("Open government plan (Auto-Reply)", "Words."),
        ("Ateb awtomatig: Cynllun", "Geiriau."),
        ("Allan o'r swyddfa", "Geiriau."),
        ("Automatische Antwort: Plan", "Worte."),
        ("Abwesenheitsnotiz: Plan", "Worte."),
        ("=?utf-8?q?R=C3=A9ponse_automatique_=3A_plan?=", "Mots."),
        ("Absence du bureau : plan", "Mots."),
        ("Undeliverable: A plan", "Words."),
        ("Recall: A plan", "Words."),
        ("A plan", 'Anna Example would like to recall the message, "A plan".'),
        ("A plan", AWAY),
        ("Until next week", "Rydw i allan o'r swyddfa tan 8 Mehefin."),
        ("Bis Montag", "Ich bin bis zum 8. Juni nicht im Büro."),
        ('Welcome to the "msf" mailing list', "You must know your password to change your options."),
        ("Croeso i restr msf", "Mae angen eich cyfrinair i newid eich dewisiadau."),
        ("lists.example.org mailing list memberships reminder", "Words."),
        ("confirm 3f2a9c0d3f2a9c0d3f2a9c0d3f2a9c0d3f2a9c0d", "Words."),
        ("You have been unsubscribed from the msf mailing list", "Words."),
        ("Your new password", "Your password is: tree."),
        ("Reminder", "Your password for msf is tree. You are subscribed with this address."),
    ],
)
def test_a_form_that_programs_use_is_quarantined(subject: str, body: str) -> None:
    page = read(message(body + FOOTER, Subject=subject, Content_Type="text/plain; charset=utf-8"))
    assert page.entries == ()
    (reject,) = page.rejects
    assert reject.why.startswith("quarantined: ")


def test_an_answer_to_an_invitation_is_quarantined() -> None:
    calendar = "Content-Type: text/calendar; charset=utf-8;\n method=REPLY\n\nBEGIN:VCALENDAR"
    body = f"--b\n\nYes.\n--b\n{calendar}\n--b--\n"
    page = read(message(body, Subject="Accepted: Forum", Content_Type="multipart/mixed; boundary=b"))
    assert [reject.why for reject in page.rejects] == ["quarantined: it answers an invitation to a meeting"]


@pytest.mark.parametrize(
    ("subject", "body", "fields"),
    [
        ("Welcome to the new Minister for open government", "The Minister joins the forum.", {}),
        ("Open government forum in July", "The forum meets in July.", {"Auto_Submitted": "no"}),
        ("Open government forum in July", "It meets.", {"Precedence": "list", "X_Autoreply": "no"}),
        ("Open government forum in July", "It meets.", {"X_Auto_Response_Suppress": "All"}),
        ("Open government forum in July", "It meets.", {"Auto_Submitted": "auto-generated"}),
        ("Automatic replies to FOI requests: a consultation", "Words.", {}),
        ("Recall of the assembly on open government", "Words.", {}),
        ("Password policy of departments published", "What the password policy says.", {}),
        ("Confirmation of the dates of the forum", "Words.", {}),
        ("Absence of minutes: our letter", "I am on the way to the office.", {}),
        ("The plan", "The officials were away. I am out of patience with the office of information.", {}),
    ],
)
def test_words_about_such_things_are_an_announcement(subject: str, body: str, fields: dict[str, str]) -> None:
    page = read(message(body + FOOTER, Subject=subject, **fields))
    assert ([entry.title for entry in page.entries], page.rejects) == ([subject], ())
