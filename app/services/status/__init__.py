"""What people look at in a crisis."""
