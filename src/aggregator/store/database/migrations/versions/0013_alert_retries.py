"""Adds the table of documents that could not be compared with alert rules, and wait for another attempt."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Create the table, empty."""
    op.create_table(
        "alert_retries",
        Column("document_id", Text, primary_key=True),
        Column("checked_until", Text, nullable=False),
    )
