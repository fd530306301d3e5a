"""The plan that was in force before: what change caps hold the next one to."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from features import periods
from features.periods import PeriodKind
from models.allocation.decisions.history import history
from models.allocation.decisions.record import ISSUED, PlanRecord, load_plan
from models.books import Books


@dataclass(frozen=True)
class IssuedHours:
    """What a plan in force placed.

    Attributes:
        plan_id: The plan.
        start: First day of its period.
        weeks: Length of its period in weeks.
        hours: Hours of the period by resource and area code; what is not listed had none.
    """

    plan_id: str
    start: date
    weeks: float
    hours: Mapping[tuple[str, str], float]


def last_plan(books: Books, before: date, kind: PeriodKind) -> PlanRecord | None:
    """Return what was in force in the newest period of a kind that begins before a day; None where nothing was issued.

    Raises:
        LedgerError: Its file is absent or was changed.
    """
    plans = [
        plan
        for plan in history(books.ledger).plans.values()
        if plan.state == ISSUED and plan.period == kind and date.fromisoformat(plan.start) < before
    ]
    if not plans:
        return None
    newest = max(plans, key=lambda plan: plan.start)
    return load_plan(books.ledger, books.files, newest.plan_id)


def hours_of(record: PlanRecord) -> IssuedHours:
    """Return what a plan places."""
    period = record.document["period"]
    kind: PeriodKind = "month" if period["kind"] == "month" else "week"
    start = date.fromisoformat(period["start"])
    following = periods.start(periods.ordinal(start, kind) + 1, kind)
    hours: dict[tuple[str, str], float] = defaultdict(float)
    for post in record.document["posts"]:
        hours[post["resource"], post["area_code"]] += post["hours"]
    return IssuedHours(record.plan_id, start, (following - start).days / 7, dict(hours))
