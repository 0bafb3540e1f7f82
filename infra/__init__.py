"""Code around the functions: build, commands, the embedded stack, and the market square."""
