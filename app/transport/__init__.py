"""Transports: how bytes leave the process and come back."""
