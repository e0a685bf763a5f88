"""Publishes what the store says: observe → publish → output/, and digests on their day."""
