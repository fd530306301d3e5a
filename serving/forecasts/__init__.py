"""Forecasts and what they relied on, read from the run that is served."""
