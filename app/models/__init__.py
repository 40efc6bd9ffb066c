"""What callers see and send, and the values a request carries inside."""
