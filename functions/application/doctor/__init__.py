"""Checks whether a stack is in order: pure functions over what was read of it, for a command and for the settings."""
