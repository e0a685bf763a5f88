"""Readers' own rules may go into a feed and to a webhook."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make room for what finds a feed and signs posts. The rules that are there go by mail, as they did."""
    op.add_column("own_rules", sa.Column("feed", sa.Text, nullable=True))
    op.add_column("own_rules", sa.Column("secret", sa.Text, nullable=True))
    op.create_index("ix_own_rules_feed", "own_rules", ["feed"], unique=True)
