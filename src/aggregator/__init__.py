"""Polls what the UK's open-government bodies publish and republishes it as one feed, page and letter."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
