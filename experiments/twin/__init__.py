"""The twin: a synthetic Essex with a known truth, to measure forecasts, completeness and plans against.

Nothing in it happened. Real are the codes, hierarchy and population of the areas and the yearly totals of offences;
all else is drawn from a seed. Generator versions are frozen: see docs/decisions/0010-the-twin.md.
"""
