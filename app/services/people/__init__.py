"""What callers can do with contacts, and learn of people."""
