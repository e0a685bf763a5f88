"""Subscriptions: what subscribers do for themselves, and what the operator does."""
