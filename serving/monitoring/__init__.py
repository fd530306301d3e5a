"""Monitoring: what was found of the champion, and when."""
