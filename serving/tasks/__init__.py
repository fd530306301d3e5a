"""Tasks: what a plan in force asks of the owners of resources, and what they say to it."""
