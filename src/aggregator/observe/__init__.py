"""Builds the board: how each process stands with its rules, on what evidence, and whether we could look.

In:   the register of processes, plans and rules; bodies; sources with their states; documents; an instant
Out:  Board: a report on each process (plans, rules, silence, meetings, deadlines), a row for each body
To add a rule: a block in register/rules.yaml. To add a way to check one: a function in a module of `rules/`
and a row in MEASURES (`rules/measures.py`).
"""

from __future__ import annotations

from aggregator.observe.board import build_board
from aggregator.observe.state.as_of import carriers_at

__all__ = ["build_board", "carriers_at"]
