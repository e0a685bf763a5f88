"""Reads web pages: the element tree, the main text and labelled dates."""
