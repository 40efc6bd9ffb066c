"""What the app shows Entra ID: rotated while it runs, and told to nobody."""
