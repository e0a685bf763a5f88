"""The database: its tables, connections, locks and migrations."""
