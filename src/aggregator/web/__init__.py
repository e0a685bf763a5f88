"""The server on localhost: output/ as any static host would serve it, the subscription pages, a health check.

In:      the output folder, a function that gives the health, what subscribers may do
Out:     HTTP
To add:  a route in `build_application` (`routes.py`) or `SubscriptionPages.routes` (`subscription_pages.py`)
"""

from __future__ import annotations

from aggregator.web.routes import build_application
from aggregator.web.server import AppSwapper, bind_port
from aggregator.web.subscription_pages import SubscriptionPages

__all__ = ["AppSwapper", "SubscriptionPages", "bind_port", "build_application"]
