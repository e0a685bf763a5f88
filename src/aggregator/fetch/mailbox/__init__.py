"""Fetches mail from an IMAP server, a Maildir or an mbox file."""
