"""Scenarios: studies of plans, asked for as jobs and kept."""
