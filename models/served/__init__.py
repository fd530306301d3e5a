"""The served file of a run: made once where the run is recorded, mapped by whoever reads it."""
