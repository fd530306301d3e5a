"""Statements that hold for every input, checked by Hypothesis: invariants, round trips, no look-ahead."""
