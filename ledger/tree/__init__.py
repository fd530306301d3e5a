"""The Merkle tree over the events (RFC 6962): proofs that fit on a page, and checkpoints signed for others to keep."""
