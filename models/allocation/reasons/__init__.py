"""Reasons: what a plan relied on, in numbers and in words: prices, statements, the next hours, flip points."""
