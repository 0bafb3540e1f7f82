"""Helpers of all functions, without words of the domain."""
