"""Labels say how relevant a document is and why, by which vocabulary; the operator's corrections."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Every document is marked as labelled by no vocabulary, so that the next run labels it anew."""
    op.add_column("entries", sa.Column("relevance", sa.Text, nullable=False, server_default="no"))
    op.add_column("entries", sa.Column("labelled_by", sa.Text, nullable=False, server_default=""))
    op.create_index("ix_entries_labelled_by", "entries", ["labelled_by"])
    op.create_table(
        "marks",
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("mark", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_marks"),
    )
    _keep_what_was_decided(op.get_bind())
    op.drop_column("entries", "relevant")


def _keep_what_was_decided(connection: sa.Connection) -> None:
    entries = sa.table("entries", sa.column("id"), sa.column("labels"), sa.column("relevance"))
    rows = connection.execute(sa.select(entries.c.id, entries.c.labels)).all()
    for id, text in rows:
        old = json.loads(text)
        relevance = "yes" if old["relevant"] else "no"
        labels = json.dumps({"type": old["type"], "relevance": relevance})
        connection.execute(
            sa.update(entries).where(entries.c.id == id).values(labels=labels, relevance=relevance)
        )
