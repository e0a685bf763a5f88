"""Adds what stands in place of a document, and the newest date of update that a source gave for it."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the columns, empty."""
    op.add_column("carriers", Column("pending_revision", Text, nullable=True))
    op.add_column("carriers", Column("newest_updated", Text, nullable=True))
