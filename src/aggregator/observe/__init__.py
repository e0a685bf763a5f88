"""Builds the board: how each process stands with its rules, on what evidence, and whether we could look.

In:   the register of processes, plans and rules; bodies; sources with their states; documents; an instant
      (`state/as_of.py` makes of these what was known or public at an earlier instant)
Out:  Board: a report on each process (plans, rules, silence, meetings, deadlines), a row for each body
To add a rule: a block in register/rules.yaml. To add a way to check one: a function in a module of `rules/`
and a row in MEASURES (`rules/measures.py`).
"""

from __future__ import annotations

from aggregator.observe.board import build_board
from aggregator.observe.state.as_of import BoardInputs, carriers_at, known_at, public_at

__all__ = ["BoardInputs", "build_board", "carriers_at", "known_at", "public_at"]
