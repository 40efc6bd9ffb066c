"""Callers that show an access token of Entra ID."""
