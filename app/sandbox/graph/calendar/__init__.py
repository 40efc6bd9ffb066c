"""Calendars, events, meetings, availability and rooms of Graph."""
