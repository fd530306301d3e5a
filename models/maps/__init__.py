"""Maps of a run's areas as a page draws them: simplified once, kept beside the run."""
