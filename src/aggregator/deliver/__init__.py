"""The updates of a week or a day become a letter, and the letter gets to its readers.

In:   holdings, bodies, the site's own words; readers and their choices
Out:  Digest (what the letter says), Artifacts `digests/WEEK.html` and `digests/WEEK.txt`, Messages, and
      Receipts of those that were handed to the outbox or to a mail server
To add a section or an update type: one line in `sections.py`; words for people: `wording.py` and `foot.py`;
a way to hand letters over: a file beside `outbox.py` and `smtp.py`, chosen in `app.py`.
"""

from __future__ import annotations

from aggregator.deliver.choosing import is_worth_sending
from aggregator.deliver.digest import compose
from aggregator.deliver.frozen import Frozen, Stationery, freeze
from aggregator.deliver.letter import letter
from aggregator.deliver.retrying import not_allowed, settled
from aggregator.deliver.weeks import closed_days, closed_weeks, day_of, still_sent, week_of, window

__all__ = [
    "Frozen",
    "Stationery",
    "closed_days",
    "closed_weeks",
    "compose",
    "day_of",
    "freeze",
    "is_worth_sending",
    "letter",
    "not_allowed",
    "settled",
    "still_sent",
    "week_of",
    "window",
]
