"""Help: where to begin, what words mean, and what this must not be used for."""
