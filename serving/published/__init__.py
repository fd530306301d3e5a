"""Published: what partners and the public may see, and nothing else."""
