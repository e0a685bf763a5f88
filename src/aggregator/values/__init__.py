"""Helpers without dependencies on other packages: web addresses, clean text, languages, types of fields."""
