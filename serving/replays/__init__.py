"""Replays over HTTP: what was answered made again by a job, its outcome kept."""
