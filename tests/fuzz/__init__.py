"""Hostile input for everything that reads what a stranger can send."""
