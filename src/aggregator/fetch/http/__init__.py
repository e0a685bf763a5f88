"""Fetches over HTTP, with a guard against internal addresses, robots.txt, redirects and rate limits."""
