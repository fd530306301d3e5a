"""The record: what was done, as auditors look it up."""
