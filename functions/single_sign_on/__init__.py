"""Gives those who sign in with the company's own directory the roles of their groups there."""
