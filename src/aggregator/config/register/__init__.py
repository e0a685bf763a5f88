"""Reads register/: bodies, plans, rules and the vocabulary."""
