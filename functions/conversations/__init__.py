"""What a conversation is, how it changes, and where it is kept."""
