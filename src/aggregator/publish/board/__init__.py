"""The board as words and as JSON."""
