"""Plans against reality: made from what was known before each week, scored on what happened, beside simple rules."""
