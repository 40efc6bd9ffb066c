"""Who calls this service, and how much they may."""
