"""Pure functions between the JSON of Graph and that of this service."""
