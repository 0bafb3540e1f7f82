"""What every function needs and no domain word belongs in."""
