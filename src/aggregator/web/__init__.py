"""The small server: output/ as any static host would serve it, and a health check. For this machine only.

In:      the output folder, a function that tells whether all is well
Out:     HTTP on localhost
To add:  a route in `application` (`pages.py`)
"""

from __future__ import annotations

from aggregator.web.pages import application
from aggregator.web.serving import bind, serve

__all__ = ["application", "bind", "serve"]
