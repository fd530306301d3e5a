"""Models: what was trained, who was champion when, and what the gate decided."""
