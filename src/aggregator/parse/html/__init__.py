"""Reads web pages: the element tree, the main text, labelled dates."""
