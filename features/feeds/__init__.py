"""Feeds: one adapter each, from a partner's file to canonical incidents, every row accounted for."""
