"""What we hold becomes a board: where each process stands, on what evidence, and whether we could look.

In:   the register of processes, bodies, sources with their states, holdings, an instant
Out:  Board: a line for each process (stages, rules, silence, meetings, deadlines, habits) and for each body
To add a rule: a block in register/rules.yaml. To add a way to work rules out: a function in one of the `of_…`
modules, and its line in `rules.MEASURES`.
"""

from __future__ import annotations

from aggregator.observe.board import build_board
from aggregator.observe.state.as_of import carriers_at

__all__ = ["build_board", "carriers_at"]
