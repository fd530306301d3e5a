"""Sketches that are kept: what they are called."""


def sketch_name(start: str, sha256: str) -> str:
    """Return the name of a kept sketch: the first day of its period and the beginning of its file's hash."""
    return f"sketch-{start}-{sha256[:12]}"
