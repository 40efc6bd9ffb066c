"""What callers can do with folders."""
