"""Finds the document of each item, and the questions about that which only the operator can answer."""
