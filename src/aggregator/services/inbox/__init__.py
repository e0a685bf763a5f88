"""Tells the operator what waits for a person, whether all is well, and by mail when that changes."""
