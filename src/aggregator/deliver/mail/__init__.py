"""Mail: prepared messages, the outbox, SMTP, tokens and bounces."""
