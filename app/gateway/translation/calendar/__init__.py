"""Calendars and events: Graph's JSON to ours, and back."""
