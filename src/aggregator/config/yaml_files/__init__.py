"""Checks and edits YAML files that people write."""
