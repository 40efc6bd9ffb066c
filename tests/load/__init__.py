"""What the service costs under load, measured."""
