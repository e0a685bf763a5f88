"""Detects what kind of payload came, and decodes it."""
