"""Monitoring: whether the champion still forecasts what it was trained for, and what follows where it does not."""
