"""Labels: what stands on every picture of scenarios: the period, that data are made up, sources and record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Labels:
    """What stands on a picture.

    Attributes:
        subtitle: Which plan it is of, and the period.
        synthetic: The data are made up.
        footer: What must stand under it: what it is, notices, attribution, record.
        areas: Area code to name.
    """

    subtitle: str
    synthetic: bool
    footer: tuple[str, ...]
    areas: Mapping[str, str] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """What a title begins with where data are made up."""
        return "SYNTHETIC: " if self.synthetic else ""


def labels_of(document: Mapping[str, Any], plan_ids: tuple[str, ...], audit_id: str) -> Labels:
    """Return the labels of pictures of a recorded plan.

    Args:
        document: The plan's document.
        plan_ids: Names of the plans that are shown.
        audit_id: The event of the look at them.
    """
    notices = list(document["notices"])
    return Labels(
        subtitle=f"Plan for {document['period']['text']}",
        synthetic=bool(document["synthetic"]),
        footer=(
            "Expected demand is recorded incidents in areas, never a statement about a person; effects are assumed.",
            f"Notices: {', '.join(notices)}." if notices else "",
            f"Plan {' and plan '.join(plan_ids)}; this look is recorded as {audit_id}.",
            str(document["attribution"]),
        ),
        areas={area["area_code"]: area["name"] for area in document["areas"]},
    )
