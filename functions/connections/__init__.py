"""The company's accounts: how they are connected, kept well, changed and let go."""
