"""Completeness: what is not in yet, what was never delivered, and where recording itself has changed."""
