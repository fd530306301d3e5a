"""Questions over HTTP: asked about a recommendation, and answered by somebody else."""
