"""A fuzz of all that the program reads from outside: mails, feeds, pages and JSON, made from numbers."""
