"""How many examples a property is tried with: few in `make test`, many in `make test-long`."""

from __future__ import annotations

from typing import Final

from hypothesis import settings

FEW: Final = 20
MANY: Final = 100
"""Where a property says nothing else (the profiles in `conftest.py`)."""


def examples(many: int, few: int = FEW) -> settings:
    """The settings of one property: `many` with `--hypothesis-profile=long`, else at most `few`."""
    return settings(max_examples=many if settings.get_current_profile_name() == "long" else min(few, many))
