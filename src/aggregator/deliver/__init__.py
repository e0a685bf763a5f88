"""The updates of a week or a day become a letter, and the letter gets to its readers.

In:   holdings, bodies, the site's own words; readers and their choices
Out:  Digest (what the letter says), Artifacts `digests/WEEK.html` and `digests/WEEK.txt`, Messages, and
      Receipts of those that were handed to the outbox or to a mail server
To add a section or an update type: one line in `sections.py`; words for people: `wording.py` and `foot.py`;
a way to hand letters over: a file beside `outbox.py` and `smtp.py`, chosen in `app.py`.
"""

from __future__ import annotations

from aggregator.deliver.digest.compose import compose
from aggregator.deliver.digest.filtering import is_worth_sending
from aggregator.deliver.digest.render import render_digest
from aggregator.deliver.digest.weeks import closed_days, closed_weeks, day_of, still_sent, week_of, window
from aggregator.deliver.mail.prepared import MailContext, PreparedMessage, freeze
from aggregator.deliver.mail.retry import not_allowed, settled

__all__ = [
    "MailContext",
    "PreparedMessage",
    "closed_days",
    "closed_weeks",
    "compose",
    "day_of",
    "freeze",
    "is_worth_sending",
    "not_allowed",
    "render_digest",
    "settled",
    "still_sent",
    "week_of",
    "window",
]
