"""Puts what a program makes between two marks of a document that people write."""

from __future__ import annotations


def replaced(document: str, begin: str, end: str, content: str) -> str:
    """Return a document with other content between two marks. Raises LookupError where one of them is missing."""
    before, first, rest = document.partition(begin)
    _, last, after = rest.partition(end)
    if not first or not last:
        raise LookupError(f"There is nothing between {begin} and {end}.")
    return f"{before}{begin}{content}{end}{after}"
