"""Sees what the clock brings: who comes back, what is overdue, and what teams must be told."""
