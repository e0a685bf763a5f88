"""Exports: CSV, JSON Lines and SQLite, with a description of each column."""
