"""Helpers without dependencies on other packages: web addresses, clean text, types of fields."""
