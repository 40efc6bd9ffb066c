"""What operators see: declared once, recorded through one door."""
