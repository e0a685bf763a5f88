"""Letters that answer somebody who asked: a link to confirm, or to one's choices; one's data. Plain text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Final

from aggregator.deliver.answers_by_mail import MailSteps
from aggregator.deliver.frozen import Stationery, sender_line
from aggregator.deliver.tokens import CHOICES, CONFIRM
from aggregator.model import ANSWER, Message, Reader, Remark
from aggregator.model.alerts import OwnRule
from aggregator.model.text import one_line

DATA: Final = "data"
"""The purpose of an answer that brings a reader's own data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a reader besides their row, for the answer to say."""

    remark: Remark | None = None
    rules: Sequence[OwnRule] = ()
    data: Mapping[str, Any] | None = None
    """Everything that is kept of them, to be enclosed as a file."""


@dataclass(frozen=True, slots=True)
class Words:
    """What an answer says around its link."""

    subject: str
    before: str = ""
    after: str = ""


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
    DATA: Words(
        "your data",
        "The file letters.json holds everything that we keep of you: your address and choices, your rules\n"
        "of alerts with what they found, and how far each letter to you got.",
    ),
}


def answer_run(purpose: str, mark: str) -> str:
    """The run of an answer. `mark` is of the request that it answers: one request has one answer."""
    return f"{ANSWER}{purpose}.{mark}"


def answer(run: str, reader: Reader, stationery: Stationery, now: datetime, known: Known) -> Message:
    """The answer of `run` to `reader`, who has an address; what opens or asks is signed at `now`."""
    purpose = run.removeprefix(ANSWER).partition(".")[0]
    site = stationery.site
    foot = "\n".join(
        one_line(line) for line in (site.title, site.base_url, site.contact, site.postal) if line
    )
    made = EmailMessage(policy=SMTP)
    made["From"] = sender_line(stationery)
    made["To"] = reader.address or ""
    made["Message-ID"] = stationery.message_id(run, reader.id)
    made["Date"] = format_datetime(now)
    made["Subject"] = f"{one_line(site.title, 60)}: {WORDS[purpose].subject}"
    made["Auto-Submitted"] = "auto-replied"
    told = _told(purpose, reader, stationery, now, known)
    made.set_content(f"{told}\n\n-- \n{foot}\n", cte="quoted-printable")
    if known.data is not None:
        file = json.dumps(known.data, ensure_ascii=False, indent=1).encode()
        made.add_attachment(file, maintype="application", subtype="json", filename="letters.json")
        # Its parts are marked by the run, not at random: the same answer is the same bytes.
        made.set_boundary(f"=_{stationery.tokens.slot(f'boundary {run} {reader.id}')}")
    return Message(
        run=run,
        reader=reader.id,
        sender=stationery.envelope(run, reader.id),
        recipient=reader.address or "",
        payload=made.as_bytes(),
    )


def _told(purpose: str, reader: Reader, stationery: Stationery, now: datetime, known: Known) -> str:
    words, site = WORDS[purpose], stationery.site
    if purpose == DATA:
        return words.before
    token = stationery.tokens.timed(purpose, reader.id, now)
    steps = MailSteps(reader, token, stationery)
    said = _said(known.remark, steps)
    if site.letters_url:
        return "\n\n".join((*said, words.before, f"{site.letters_url}{purpose}/{token}", words.after))
    if purpose == CONFIRM:
        return steps.confirm()
    return "\n\n".join((*said, steps.choices(known.rules)))


def _said(remark: Remark | None, steps: MailSteps) -> tuple[str, ...]:
    """What answers the mail that came, and how to go on from there."""
    if remark is None:
        return ()
    return (remark.words, steps.keep(remark.offered)) if remark.offered else (remark.words,)
