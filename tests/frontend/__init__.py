"""Tests: frontend."""
