"""What the service has taken on, and what became of it."""
