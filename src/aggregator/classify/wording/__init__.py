"""Compares texts by what they say: not by their typography, their counters or the order of their lists."""
