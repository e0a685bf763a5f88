"""Backs up the whole project into one file, and restores it."""
