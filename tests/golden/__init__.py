"""Outputs compared with text files that a person has reviewed; a change shows as a diff of such a file."""
