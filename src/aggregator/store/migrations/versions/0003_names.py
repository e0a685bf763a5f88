"""Several documents may claim a name at one instant; a carrier keeps what it told before its latest word."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Names get an instant, from which they are known; those that are there were always known."""
    op.add_column("carriers", sa.Column("before", sa.Text, nullable=True))
    op.rename_table("aliases", "aliases_0002")
    op.create_table(
        "aliases",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("since", sa.Text, nullable=False),
        sa.Column("moved", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("name", "entry_id", name="pk_aliases"),
    )
    op.create_index("ix_aliases_entry_id", "aliases", ["entry_id"])
    op.execute("INSERT INTO aliases SELECT name, entry_id, '1970-01-01T00:00:00Z', 0 FROM aliases_0002")
    op.drop_table("aliases_0002")
