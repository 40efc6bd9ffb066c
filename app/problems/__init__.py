"""Every failure that the service can name, and how it is told."""
