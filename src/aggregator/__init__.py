"""Polls what UK open-government bodies publish and republishes it as one feed, website and weekly email."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
