"""Attacks, and what comes back."""
