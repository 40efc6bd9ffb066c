"""What callers can do with attachments."""
