"""Allocation: from expected demand to patrol hours, as a linear programme."""
