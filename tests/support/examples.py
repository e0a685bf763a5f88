"""The number of examples of property tests: few in `make test`, many in `make test-long`."""

from __future__ import annotations

from typing import Final

from hypothesis import settings

FEW: Final = 20
MANY: Final = 100
"""The defaults (see the profiles in `conftest.py`)."""


def examples(many: int, few: int = FEW) -> settings:
    """Settings of one property: `many` examples with `--hypothesis-profile=long`, else at most `few`."""
    return settings(max_examples=many if settings.get_current_profile_name() == "long" else min(few, many))
