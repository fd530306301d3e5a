"""Replays that are kept: what they are called."""

KIND = "replay"
SCHEMA = "replay/1"


def replay_name(audit_id: str, sha256: str) -> str:
    """Return the name of a kept replay: the event that was made again, and the beginning of its file's hash."""
    return f"{audit_id}-{sha256[:12]}"
