"""Disclosure: which numbers leave the force, and in what form."""
