"""Use cases that several functions share: the loop that decides and writes, projections, follow-ups and connections."""
