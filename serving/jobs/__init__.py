"""Long work: a queue in the database, and one process a workspace that does what is queued."""
