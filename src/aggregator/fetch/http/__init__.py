"""Fetches over HTTP: the client, the guard, robots.txt, redirects and rate limits."""
