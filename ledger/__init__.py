"""What we can prove: the append-only event chain and the files that its events name. Sees nothing of ours but errors."""
