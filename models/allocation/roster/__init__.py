"""The roster: a plan's hours by day and shift, whole shifts among them, and lists of visits that nobody can foresee."""
