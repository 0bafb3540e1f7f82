"""Request bodies, read into values. What does not have the form of the API document is refused by name."""
