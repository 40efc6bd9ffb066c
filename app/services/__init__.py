"""What callers can do. Free of HTTP above and of Graph's format below."""
