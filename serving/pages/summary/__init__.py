"""The public summary: published numbers in plain words, with advice."""
