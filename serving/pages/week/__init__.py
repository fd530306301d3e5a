"""This week: what to expect where, as a map, a table and totals."""
