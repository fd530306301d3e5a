"""Keeping and erasing: how long rows are kept, and what is left of them after that."""
