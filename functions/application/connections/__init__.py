"""The company's accounts: how they are connected, checked, changed and removed."""
