"""Laying a plan out over its days and shifts, and drawing the lists of its visits."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from models.allocation.choices import Choices
from models.allocation.papers.holding import plans_of
from models.allocation.papers.quarters import quarter_hours
from models.allocation.posed import Planned
from models.allocation.posing.record import period_of
from models.allocation.resources.loading import Resources
from models.allocation.roster.making import make_roster
from models.allocation.roster.recorded import recorded_profiles, recorded_spots
from models.allocation.roster.shares import ProfileShares
from models.allocation.roster.spots import Place
from models.allocation.roster.visits import Seed, visits
from models.books import Books
from models.runs import ForecastRun

# Lists of one plan are drawn once; who draws others changes the plan.
SEED = 1


@dataclass(frozen=True, eq=False)
class LaidOut:
    """The documents of a roster and of its visit lists.

    Attributes:
        roster: Days, shifts, and the hours of each resource by district and area.
        visits: The lists, their visits as `rows`.
        sentences: What there is to say of both.
    """

    roster: dict[str, Any]
    visits: dict[str, Any]
    sentences: tuple[str, ...]


def laid_out(
    run: ForecastRun,
    resources: Resources,
    choices: Choices,
    planned: Planned,
    books: Books,
    *,
    profile: ProfileShares | None,
    place: Place,
    secret: str,
) -> LaidOut:
    """Lay a plan out by the profiles and hot spots that are recorded; without any, evenly and over whole areas.

    Args:
        run: The forecast.
        resources: The resources.
        choices: What the request chose.
        planned: The plan.
        books: Where hot spots are recorded.
        profile: The profiles that the plan was posed with.
        place: Tells which area a point lies in.
        secret: What nobody outside knows, so that nobody can draw the lists of visits but who has the plan.

    Raises:
        AllocationError: A response standard cannot be met.
        LedgerError: A recorded study's file is absent or was changed.
    """
    kind, start = period_of(run, choices.horizon)
    quarters = {code: quarter_hours(plan, planned.posed.ground.district).hours for code, plan in plans_of(planned)}
    roster = make_roster(planned, resources, profile, kind, start, quarters)
    seed = Seed(SEED, _identity(run, resources, choices, planned, secret))
    lists = visits(roster, seed.rng(), recorded_spots(books.ledger, books.files, start, place))
    said = (*roster.sentences(), *lists.sentences())
    return LaidOut(roster.document(), lists.document(seed), said)


def profile_of(run: ForecastRun, choices: Choices, books: Books) -> ProfileShares | None:
    """Return the recorded profiles that a plan is posed with and laid out by: those known when its period begins.

    Raises:
        LedgerError: Their file is absent or was changed.
    """
    return recorded_profiles(books.ledger, books.files, period_of(run, choices.horizon)[1])


def _identity(run: ForecastRun, resources: Resources, choices: Choices, planned: Planned, secret: str) -> str:
    asked = [run.run_id, resources.document(), choices.document()]
    digest = hashlib.sha256(secret.encode())
    digest.update(json.dumps(asked, ensure_ascii=False, sort_keys=True).encode())
    for _, plan in plans_of(planned):
        digest.update(plan.hours.tobytes())
    return digest.hexdigest()
