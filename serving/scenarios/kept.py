"""Scenarios that are kept: what they are called."""


def scenario_name(study: str, plan_id: str, sha256: str) -> str:
    """Return the name of a kept study: what it is, of which plan, and the beginning of its file's hash."""
    return f"{study}-{plan_id}-{sha256[:12]}"
