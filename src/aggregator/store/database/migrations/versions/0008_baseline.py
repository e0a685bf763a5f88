"""The oldest schema that can be migrated. No step leads to it: a new store is created from `tables.py`."""

from __future__ import annotations

revision = "0008"
down_revision = None
