"""Tests of the service, of the sandbox and of the repository itself."""
