"""What callers can do with a mailbox as a whole, and its settings."""
