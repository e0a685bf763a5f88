"""Reads mail: messages, their authenticity, and the announcements in them."""
