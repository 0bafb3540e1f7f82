"""What surrounds the functions: the embedded stack, the market square, and their start."""
