"""Publishes the store: gathers a snapshot, issues digests when they are due, and writes output/."""
