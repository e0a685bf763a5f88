"""Checks and edits the YAML files that people write."""
