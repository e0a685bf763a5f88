"""Loads, before a fork, what each process of the program would otherwise load at first use."""

from __future__ import annotations

import sys
from typing import Any

import aggregator.deliver.digest.render
import aggregator.publish.site.render  # noqa: F401  # found in sys.modules
from aggregator.normalise.language import detect_language

TEMPLATES = {
    "aggregator.publish.site.render": "_ENVIRONMENT",
    "aggregator.deliver.digest.render": "_TEMPLATES",
}


def _warm() -> None:
    """Load the language model and the templates of pages and mails."""
    detect_language(None, None, "en", "a few words so that it is read")
    for module, name in TEMPLATES.items():
        environment: Any = getattr(sys.modules[module], name)
        for template in environment.list_templates(filter_func=lambda file: ".html" in file):
            environment.get_template(template)


_warm()
