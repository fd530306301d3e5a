"""What the page of an area calls things."""

from collections.abc import Mapping

from features.provenance import OFFICER_INITIATED
from models.explanation.reasons import WORTH_SAYING
from serving.pages.areas.pictures import BASE, CALIBRATION

# Group of features -> its name, and what it is.
REASONS: Mapping[str, tuple[str, str]] = {
    BASE: ("Where the model begins", "The strand’s usual number for one area, before anything is known of this one."),
    "own recent past": ("Last weeks here", "What was recorded here lately."),
    "own long-run level": ("Usual level here", "What was recorded here over a year and more."),
    "season": ("Time of year", "What the same weeks of the year before were like."),
    "neighbours": ("Areas next to it", "What was recorded in the areas next to it."),
    "strand-wide trend": ("Trend everywhere", "Whether the strand goes up or down in the whole county."),
    "calendar": ("Calendar", "Holidays, school terms and the number of days."),
    "context": ("Everything else", "How far ahead it looks, and which strand it is."),
    CALIBRATION: ("Final correction", "Brings the strand’s total into line with what was recorded before."),
}
NAMES = {group: name for group, (name, _) in REASONS.items()}

# How incidents came to notice.
NOTICED: Mapping[str, str] = {
    "victim-reported": "Reported by a victim",
    "public-reported": "Reported by the public",
    "partner-reported": "Reported by a partner",
    OFFICER_INITIATED: "Found by police",
    "unknown": "Not known",
}
FOUND_BY_POLICE = OFFICER_INITIATED
PROXY = "proxy"


def way_of(multiplier: float) -> str:
    """Return which way a multiplier moves what is expected, in words."""
    if abs(multiplier - 1) < WORTH_SAYING:
        return "hardly matters"
    return "raises it" if multiplier > 1 else "lowers it"
