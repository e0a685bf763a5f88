"""Adds to each source when its whole text was last read, never, and how often its list was too short, never.

So each source is asked once for its whole text.
"""

from __future__ import annotations

import json
from typing import Any, Final

from alembic import op
from sqlalchemy import text

revision = "0014"
down_revision = "0012"

ADDED: Final[dict[str, Any]] = {"read_whole_at": None, "shrunk_looks": 0, "shrunk_since": None}


def upgrade() -> None:
    """Write the new fields into every stored state, so that equal states are equal bytes."""
    connection = op.get_bind()
    rows = connection.execute(text("SELECT source_id, state FROM source_states")).all()
    for source_id, stored in rows:
        state = ADDED | json.loads(stored)
        written = json.dumps(state, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        connection.execute(
            text("UPDATE source_states SET state = :state WHERE source_id = :id"),
            {"state": written, "id": source_id},
        )
