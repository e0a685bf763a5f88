"""Fetches from this machine: the project's folders, and recorded responses."""
