"""Reports: one self-contained file that says in plain English what was found."""
