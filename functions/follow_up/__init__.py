"""Keeps the promise to ask back, or says why not."""
