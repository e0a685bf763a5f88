"""Adds to each source the questions about the identity of its documents, none, and the answers, none."""

from __future__ import annotations

import json
from typing import Any

from alembic import op
from sqlalchemy import text

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Write the new fields into every stored state, so that equal states are equal bytes."""
    connection = op.get_bind()
    rows = connection.execute(text("SELECT source_id, state FROM source_states")).all()
    for source_id, stored in rows:
        state = json.loads(stored)
        state.setdefault("questions", [])
        none: dict[str, Any] = {"feed": None, "hosts": [], "new": [], "refused_hosts": [], "same": []}
        state.setdefault("answers", none)
        written = json.dumps(state, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        connection.execute(
            text("UPDATE source_states SET state = :state WHERE source_id = :id"),
            {"state": written, "id": source_id},
        )
