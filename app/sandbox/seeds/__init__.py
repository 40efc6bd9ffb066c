"""The mail that a new sandbox holds, the same each time."""
