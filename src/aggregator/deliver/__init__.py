"""The updates of a week become a letter: chosen, put in order, and written as a page and as plain text.

In:   holdings, bodies, the site's own words, the names of sources that could not be read
Out:  Digest (what the letter says), Artifacts `digests/WEEK.html` and `digests/WEEK.txt`
To add a section or an update type: one line in `sections.py`; words for people: `wording.py`.
No mail leaves from here yet.
"""

from __future__ import annotations

from aggregator.deliver.digest import compose
from aggregator.deliver.letter import letter
from aggregator.deliver.weeks import closed_weeks, week_of, window

__all__ = ["closed_weeks", "compose", "letter", "week_of", "window"]
