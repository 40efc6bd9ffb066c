"""The Entra ID token endpoint and what its clients look up."""
