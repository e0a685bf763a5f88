"""Composes a digest: which documents, in which order, and how it reads."""
