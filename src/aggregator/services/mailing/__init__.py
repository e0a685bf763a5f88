"""Sends digests and alerts by mail, and reads the mail that comes back."""
