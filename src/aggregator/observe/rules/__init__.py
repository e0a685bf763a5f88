"""Rules by subject, and their results: met, due, overdue, not met or unknown."""
