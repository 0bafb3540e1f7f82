"""What it takes to ask back: the circumstances of a conversation, the words, and the deed."""
