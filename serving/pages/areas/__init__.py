"""Why this area: what was recorded, what is expected and why, and what the plan makes of it."""
