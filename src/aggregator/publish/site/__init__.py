"""The website: every HTML page."""
