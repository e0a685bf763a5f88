"""What each process of the program reads when it first needs it: read on import, before a fork."""

from __future__ import annotations

import sys
from typing import Any

import aggregator.deliver.digest.render
import aggregator.publish.site.render  # noqa: F401  # found in sys.modules
from aggregator.normalise.language import language

TEMPLATES = {
    "aggregator.publish.site.render": "_ENVIRONMENT",
    "aggregator.deliver.digest.render": "_TEMPLATES",
}


def _warm() -> None:
    """Have the model that tells languages and the templates of pages and letters at hand."""
    language(None, None, "en", "a few words so that it is read")
    for module, name in TEMPLATES.items():
        environment: Any = getattr(sys.modules[module], name)
        for template in environment.list_templates(filter_func=lambda file: ".html" in file):
            environment.get_template(template)


_warm()
