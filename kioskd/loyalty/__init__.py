"""Loyalty backends: an HTTP client, wire models, and an adapter into the words of core."""
