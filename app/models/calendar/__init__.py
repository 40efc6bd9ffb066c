"""Calendars and events as callers see and write them."""
