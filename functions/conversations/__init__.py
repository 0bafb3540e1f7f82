"""The core: what a conversation is and how it changes. Pure: times and ids are arguments."""
