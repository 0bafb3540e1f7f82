"""Fetches the files that come with messages, before the platforms' addresses end."""
