"""The weekly run: from what partners delivered to a report that a planner can begin the week with."""
