"""Words: how numbers and objectives are said."""

from models.allocation.programme.problem import Objective

MET: dict[Objective, str] = {"reached": "reached", "prevented": "prevented", "caseload": "met"}


def amount(value: float) -> str:
    """Return a small number as people read it."""
    if value == 0:
        return "0"
    if abs(value) < 0.001:
        return "under 0.001" if value > 0 else "above -0.001"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def hours_text(hours: float) -> str:
    """Return hours as people read them: 4 hours, 17.2 hours."""
    text = f"{hours:,.1f}".removesuffix(".0")
    if text in ("0", "-0"):
        return "no hours" if abs(hours) < 1e-6 else "under 0.1 hours"
    return "1 hour" if text == "1" else f"{text} hours"
