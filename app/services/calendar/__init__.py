"""What callers can do with calendars, and find out of those of others."""
