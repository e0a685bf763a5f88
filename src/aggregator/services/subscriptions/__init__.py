"""What subscribers and the operator do with subscriptions."""
