"""Replay: what was answered is made again from what was recorded, and compared to the bit."""
