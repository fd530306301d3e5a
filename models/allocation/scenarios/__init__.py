"""Scenarios: a recorded plan posed again, and what other resources, rules, weights or effects would make of it."""
