"""Who attacks."""
