"""Quarantine: rows that broke a rule, shown, exported, corrected and released with their history."""
