"""Briefings: one printed page for each district, to be read standing up."""
