"""Detects what an answer is, and decodes its bytes."""
