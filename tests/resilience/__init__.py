"""Tests: resilience."""
