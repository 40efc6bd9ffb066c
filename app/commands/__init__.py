"""What the command line can do beyond looking at settings."""
