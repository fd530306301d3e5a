"""Feeds: what partners share, what of it was refused, and what is not in yet."""
