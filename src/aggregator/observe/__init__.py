"""What we hold becomes a board: what each body last put on record, how long ago, and whether we could look.

In:   bodies, sources with their states, holdings, an instant
Out:  Board: one line for each body
To add a rule, a deadline or a meeting's lag: a module of its own here, and its result on the BoardLine.
"""

from __future__ import annotations

from aggregator.observe.board import board

__all__ = ["board"]
