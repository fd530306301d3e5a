"""What we can prove: the append-only chain of events and the files they name. Sees nothing of ours but errors."""
