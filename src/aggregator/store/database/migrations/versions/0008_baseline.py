"""The first schema that is brought over. No step leads to it: a new store is made from `tables.py`."""

from __future__ import annotations

revision = "0008"
down_revision = None
