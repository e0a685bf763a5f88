"""The small server: output/ as any static host would serve it, the pages of letters, and a health check.

In:      the output folder, a function that tells whether all is well, what subscribers may do
Out:     HTTP on localhost
To add:  a route in `application` (`pages.py`) or in `LetterPages.routes` (`letters.py`)
"""

from __future__ import annotations

from aggregator.web.routes import application
from aggregator.web.server import AppSwapper, bind
from aggregator.web.subscription_pages import LetterPages

__all__ = ["AppSwapper", "LetterPages", "application", "bind"]
