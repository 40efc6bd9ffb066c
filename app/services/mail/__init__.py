"""What callers can do with messages."""
