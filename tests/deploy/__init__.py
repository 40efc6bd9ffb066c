"""What the service is deployed with fits the service."""
