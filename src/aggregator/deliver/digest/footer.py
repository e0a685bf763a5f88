"""The footer of a digest: why it came, how to unsubscribe, and where to change choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from aggregator.model import Frequency, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """The lines that differ between the page, a subscriber's mail and the mail to a list."""

    reason: str
    unsubscribe_text: str
    # http(s) or mailto; empty where there is nothing to open.
    unsubscribe_link: str = ""
    unsubscribe_label: str = "leave this letter"
    choices_link: str = ""


CONTENT_TEXTS: Mapping[Frequency, str] = {
    Frequency.WEEKLY: "each Monday at 08:00 it gathers what public bodies in the UK were first seen to "
    "publish about open government in the week before",
    Frequency.DAILY: "each morning at 08:00 it gathers what public bodies in the UK were first seen to "
    "publish about open government in the day before; a day without anything sends nothing",
}


def page_footer(site: Site, frequency: Frequency) -> Footer:
    """For the page on the site, which everybody reads."""
    reason = f"Why this letter: {CONTENT_TEXTS[frequency]}."
    if site.sign_up_link:
        return Footer(
            reason=reason,
            unsubscribe_text="To get it by mail, to choose, to pause or to leave:"
            if site.subscriptions_url
            else "To get it by mail:",
            unsubscribe_link=site.sign_up_link,
            unsubscribe_label="letters by mail",
        )
    text = "This page is for everybody; a letter that came by mail says in its own foot how to leave."
    return Footer(reason=reason, unsubscribe_text=text)


def mail_footer(site: Site, frequency: Frequency, *, mailbox: str, token: str) -> Footer:
    """For a subscriber's own mail. `token` unsubscribes: by a link, or by mail where there is no web page."""
    reason = f"Why you get this: you asked for this letter; {CONTENT_TEXTS[frequency]}."
    if site.subscriptions_url:
        return Footer(
            reason=reason,
            unsubscribe_text="To leave at once:",
            unsubscribe_link=f"{site.subscriptions_url}leave/{token}",
            choices_link=site.subscriptions_url,
        )
    return Footer(
        reason=reason,
        unsubscribe_text="To leave, send this mail as it is:",
        unsubscribe_link=unsubscribe_mailto(mailbox, token),
    )


def list_footer(leave: str, frequency: Frequency) -> Footer:
    """For the mail to a mailing list: every member reads it, so it has no personal link."""
    # A token of the list's own would let any member unsubscribe the whole list.
    text = "Leaving: as you leave the list that passed it on."
    reason = (
        f"Why you get this: you are on a mailing list that passes this letter on; {CONTENT_TEXTS[frequency]}."
    )
    return Footer(reason=reason, unsubscribe_text=text, unsubscribe_link=list_unsubscribe_link(leave))


def list_unsubscribe_link(leave: str) -> str:
    """How members leave a list, as a link: a web address as it is, a mail address as `mailto:`."""
    if "@" in leave and "://" not in leave and not leave.startswith("mailto:"):
        return f"mailto:{quote(leave, safe='@+')}"
    return leave


def unsubscribe_mailto(mailbox: str, token: str) -> str:
    """A link to a mail that unsubscribes: everything is in its subject."""
    return mailto_link(mailbox, f"leave {token}")


def mailto_link(mailbox: str, subject: str) -> str:
    """A link that opens a new mail in a mail program (RFC 6068)."""
    return f"mailto:{mailbox}?subject={quote(subject)}"
