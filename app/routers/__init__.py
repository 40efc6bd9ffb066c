"""The HTTP face of the service: routes, and what all of them share."""
