"""Sending: what is taken on, what becomes of it, and who sees to that."""
