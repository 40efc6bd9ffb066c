"""Requests that nobody thought of, made from the API document."""
