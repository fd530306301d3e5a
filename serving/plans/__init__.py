"""Plans: made, looked at and decided on over HTTP."""
