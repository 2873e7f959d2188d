"""What it means to a solver."""
