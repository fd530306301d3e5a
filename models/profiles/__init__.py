"""Profiles: the share of a week's demand on each day and shift, pooled, where clock times exist."""
