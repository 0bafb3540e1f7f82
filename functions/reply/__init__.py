"""Sends what stands in the outbox, at most once."""
