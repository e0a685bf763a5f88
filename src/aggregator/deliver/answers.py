"""Letters that answer somebody who asked: a link to confirm, and a link to one's choices. Plain text only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from aggregator.deliver.foot import leave_by_mail
from aggregator.deliver.frozen import Stationery, sender_line
from aggregator.deliver.tokens import CHOICES, CONFIRM
from aggregator.deliver.wishes import Wanted, choices_in_lines, wish_by_mail
from aggregator.deliver.wording import plain
from aggregator.model import ANSWER, Message, Reader


@dataclass(frozen=True, slots=True)
class Words:
    """What an answer says around its link."""

    subject: str
    before: str
    after: str


NOT_YOU = "If it was not you, do nothing: without this link nothing happens, and nothing more is sent."

WORDS: Mapping[str, Words] = {
    CONFIRM: Words(
        "please confirm your address",
        "Somebody, we hope you, asked for letters to this address. To get them, open this page and confirm:",
        f"The link holds for seven days, and once.\n{NOT_YOU}",
    ),
    CHOICES: Words(
        "your letters",
        "Here you choose what you get, pause, change your address, take your data with you, or leave:",
        f"The link holds for one day. Do not pass it on: who has it can do the same.\n{NOT_YOU}",
    ),
}


CONFIRM_BY_MAIL = """\
Somebody, we hope you, asked for letters to this address. To get them, send this mail as it is:

{confirm}

Or write to {mailbox} with this subject:

confirm {token}

It holds for seven days, and once.
If it was not you, do nothing: without that mail nothing happens, and nothing more is sent."""

CHOICES_BY_MAIL = """\
This is what you get. To change it, send these lines as you want them:

{choose}

Or write to {mailbox} with the subject `choose {token}` and those of these lines that you change:

{lines}

After bodies, topics and types stand ids with spaces between; nothing there means all of them. The ids are in
the addresses of the pages that {base_url}browse.html leads to. What we do not know changes nothing.

To pause: {pause}

To get letters again after a pause: {resume}

To leave: {leave}

All but the last hold for one day; a mail with the subject `join` brings new ones. Do not pass this on: who
has it can do the same."""


def by_mail(purpose: str, reader: Reader, token: str, stationery: Stationery) -> str:
    """What an answer says where there is no web page to open: each step is a mail."""
    mailbox = stationery.mailbox
    if purpose == CONFIRM:
        link = wish_by_mail(mailbox, Wanted.CONFIRM, token)
        return CONFIRM_BY_MAIL.format(confirm=link, mailbox=mailbox, token=token)
    lines = choices_in_lines(reader.choices)
    return CHOICES_BY_MAIL.format(
        choose=wish_by_mail(mailbox, Wanted.CHOOSE, token, lines),
        mailbox=mailbox,
        token=token,
        lines=lines,
        base_url=stationery.site.base_url,
        pause=wish_by_mail(mailbox, Wanted.PAUSE, token),
        resume=wish_by_mail(mailbox, Wanted.RESUME, token),
        leave=leave_by_mail(mailbox, stationery.tokens.leave(reader.id)),
    )


def answer_run(purpose: str, now: datetime) -> str:
    """The run of an answer that is asked for at `now`: one for each second."""
    return f"{ANSWER}{purpose}.{int(now.timestamp()):x}"


def answer(run: str, reader: Reader, stationery: Stationery, now: datetime) -> Message:
    """The answer of `run` to `reader`, who has an address; what opens or asks is signed at `now`."""
    purpose = run.removeprefix(ANSWER).partition(".")[0]
    words, site = WORDS[purpose], stationery.site
    token = stationery.tokens.timed(purpose, reader.id, now)
    if site.letters_url:
        told = f"{words.before}\n\n{site.letters_url}{purpose}/{token}\n\n{words.after}"
    else:
        told = by_mail(purpose, reader, token, stationery)
    made = EmailMessage(policy=SMTP)
    made["From"] = sender_line(stationery)
    made["To"] = reader.address or ""
    made["Message-ID"] = stationery.message_id(run, reader.id)
    made["Date"] = format_datetime(now)
    made["Subject"] = f"{plain(site.title, 60)}: {words.subject}"
    made["Auto-Submitted"] = "auto-replied"
    foot = "\n".join(plain(line) for line in (site.title, site.base_url, site.contact, site.postal) if line)
    made.set_content(f"{told}\n\n-- \n{foot}\n", cte="quoted-printable")
    return Message(
        run=run,
        reader=reader.id,
        sender=stationery.envelope(run, reader.id),
        recipient=reader.address or "",
        payload=made.as_bytes(),
    )
