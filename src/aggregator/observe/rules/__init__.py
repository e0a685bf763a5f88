"""Checks of rules, by subject: findings, meetings, plans and records; `measures.py` lists them all."""
