"""Notices: the codes that stand with forecasts and plans, in plain English."""

from collections.abc import Sequence

NOTICES = {
    "late-data": "The newest periods are not in yet, so the forecast reaches over more than one period.",
    "incomplete-corrected": "The newest periods are counted before all records are in, and corrected for the rest.",
    "level-shift": "The recorded level of a strand has shifted within a year: was it demand, or recording?",
    "later-model": "The model learnt from periods after this forecast's origin, so it is no fair look back.",
    "erased-rows": "Rows behind these counts have been erased since, so they are not quite those known then.",
    "proxy": "A strand is seen only through recorded categories that stand for it roughly.",
    "feed-left-out": "A feed gives other periods than are forecast, and is not counted.",
    "from-monthly": "Weeks are split from forecasts of months, for no feed tells of the days.",
    "fallback": "A simple method is forecast with where the model was clearly worse than it on weeks it had not seen.",
    "no-boundary": "No polygon is known, so the cells cover the surroundings of the incidents.",
    "model-suspended": "The model is suspended for a strand; a simple method stands in for it there.",
    "synthetic": "SYNTHETIC: the data are made up.",
}


def explained(codes: Sequence[str]) -> list[tuple[str, str]]:
    """Return each code with what it means; one without words is told by its own."""
    return [(code, NOTICES.get(code, code.replace("-", " ") + ".")) for code in codes]
