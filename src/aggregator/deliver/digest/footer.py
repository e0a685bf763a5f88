"""The foot of a letter: why it came, how to leave, and how to choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from aggregator.model import Frequency, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """The lines that depend on how a letter reaches its reader."""

    why: str
    leave: str
    leave_link: str = ""
    """http(s) or mailto; empty when the words say all."""
    leave_words: str = "leave this letter"
    choose_link: str = ""


GATHERS: Mapping[Frequency, str] = {
    Frequency.WEEKLY: "each Monday at 08:00 it gathers what public bodies in the UK were first seen to "
    "publish about open government in the week before",
    Frequency.DAILY: "each morning at 08:00 it gathers what public bodies in the UK were first seen to "
    "publish about open government in the day before; a day without anything sends nothing",
}


def foot_of_page(site: Site, rhythm: Frequency) -> Footer:
    """For the letter as a page, which is everybody's."""
    why = f"Why this letter: {GATHERS[rhythm]}."
    if site.join_link:
        return Footer(
            why=why,
            leave="To get it by mail, to choose, to pause or to leave:"
            if site.letters_url
            else "To get it by mail:",
            leave_link=site.join_link,
            leave_words="letters by mail",
        )
    words = "This page is for everybody; a letter that came by mail says in its own foot how to leave."
    return Footer(why=why, leave=words)


def foot_of_letter(site: Site, rhythm: Frequency, *, mailbox: str, token: str) -> Footer:
    """For a reader's own letter. `token` is the word that lets them leave; no sign-up page: by mail."""
    why = f"Why you get this: you asked for this letter; {GATHERS[rhythm]}."
    if site.letters_url:
        return Footer(
            why=why,
            leave="To leave at once:",
            leave_link=f"{site.letters_url}leave/{token}",
            choose_link=site.letters_url,
        )
    return Footer(
        why=why,
        leave="To leave, send this mail as it is:",
        leave_link=leave_by_mail(mailbox, token),
    )


def foot_of_list(leave: str, rhythm: Frequency) -> Footer:
    """For a letter to a mailing list: every member reads it, so that nothing in it may be personal."""
    words = "Leaving: as you leave the list that passed it on."
    why = f"Why you get this: you are on a mailing list that passes this letter on; {GATHERS[rhythm]}."
    return Footer(why=why, leave=words, leave_link=way_out_of_list(leave))


def way_out_of_list(leave: str) -> str:
    """The link by which a list's members leave it: a web address as it is, a mail address as `mailto:`."""
    if "@" in leave and "://" not in leave and not leave.startswith("mailto:"):
        return f"mailto:{quote(leave, safe='@+')}"
    return leave


def leave_by_mail(mailbox: str, token: str) -> str:
    """The mail that makes a reader leave: its subject says all."""
    return mail_link(mailbox, f"leave {token}")


def mail_link(mailbox: str, subject: str) -> str:
    """A mail as a link that opens it in a mail program (RFC 6068)."""
    return f"mailto:{mailbox}?subject={quote(subject)}"
