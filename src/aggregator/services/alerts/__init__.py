"""Alerts: rules, the documents that match them, webhooks and private feeds."""
