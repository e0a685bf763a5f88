"""Runs the migrations inside the transaction that `migrate.py` has begun."""

from __future__ import annotations

from alembic import context

from aggregator.store.database.tables import metadata

# SQLite cannot alter most of a table in place: batch mode creates a new table and copies the rows.
context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
