"""The gate: no model becomes champion because it is newer."""
