"""Mail: prepared messages, the outbox, SMTP, tokens, and reading the mail that comes back."""
