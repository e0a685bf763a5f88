"""Letters that answer somebody who asked: a link to confirm, and a link to one's choices. Plain text only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from aggregator.deliver.frozen import Stationery, sender_line
from aggregator.deliver.tokens import CHOICES, CONFIRM
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


def answer_run(purpose: str, now: datetime) -> str:
    """The run of an answer that is asked for at `now`: one for each second."""
    return f"{ANSWER}{purpose}.{int(now.timestamp()):x}"


def answer(run: str, reader: Reader, stationery: Stationery, now: datetime) -> Message:
    """The answer of `run` to `reader`, who has an address; its link is signed at `now`."""
    purpose = run.removeprefix(ANSWER).partition(".")[0]
    words, site = WORDS[purpose], stationery.site
    link = f"{site.letters_url}{purpose}/{stationery.tokens.timed(purpose, reader.id, now)}"
    made = EmailMessage(policy=SMTP)
    made["From"] = sender_line(stationery)
    made["To"] = reader.address or ""
    made["Message-ID"] = stationery.message_id(run, reader.id)
    made["Date"] = format_datetime(now)
    made["Subject"] = f"{plain(site.title, 60)}: {words.subject}"
    made["Auto-Submitted"] = "auto-replied"
    foot = "\n".join(plain(line) for line in (site.title, site.base_url, site.contact, site.postal) if line)
    made.set_content(f"{words.before}\n\n{link}\n\n{words.after}\n\n-- \n{foot}\n", cte="quoted-printable")
    return Message(
        run=run,
        reader=reader.id,
        sender=stationery.envelope(run, reader.id),
        recipient=reader.address or "",
        payload=made.as_bytes(),
    )
