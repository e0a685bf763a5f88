"""Feeds: Atom, RSS and JSON Feed, with their archives and OPML."""
