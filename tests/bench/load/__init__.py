"""What asks: connections that are kept, closed and open loops."""
