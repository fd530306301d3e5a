"""What a world publishes, as an attacker writes it down: linear sums of counts, and the intervals they must lie in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.disclosure.world import (
    FIRST,
    HISTORY,
    PARTNER,
    STRANDS,
    WEEKS,
    World,
)
from features import periods
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.books import Books
from models.disclosure.hours import coarseness, hours
from models.disclosure.measure import Measure
from models.disclosure.places import Places
from models.disclosure.publish import Ground, publish
from models.disclosure.published import Published, load_published
from models.disclosure.recorded import Terms
from models.runs import ForecastRun

F64 = NDArray[np.float64]
Clock = Callable[[], Any]
# Share of the newest week and of the older ones in the forecasts that everybody knows the formula of.
METHODS: Mapping[str, tuple[float, ...]] = {
    "newest": (1.0,),
    "mean": (0.25, 0.25, 0.25, 0.25),
    "weighted": (0.6, 0.3, 0.1),
}


@dataclass(frozen=True, eq=False)
class Said:
    """A sum of counts and the interval that it is known to lie in.

    Attributes:
        shares: float64[week, strand, area]: the share of each count in the sum.
        low: Smallest.
        high: Largest; infinite where nothing is known.
        hidden: It is a hidden count, which nobody is to work out.
    """

    shares: F64
    low: float
    high: float
    hidden: bool = False


def publish_all(world: World, folder: Path, clock: Clock) -> tuple[Published, Places, list[dict[str, Any]]]:
    """Publish week after week, as the weekly run does; return what was published and the plans whose hours were."""
    folder.mkdir(parents=True, exist_ok=True)
    places = Places.of(world.areas, world.rules.level)
    terms = Terms(dict.fromkeys(STRANDS, world.rules.minimum_count), {"b-council": PARTNER})
    plans = []
    with Ledger.open(f"sqlite:///{folder / 'strandcast.db'}", clock) as ledger:
        books = Books(ledger, FileStore(folder), "attacker's study")
        for week in range(HISTORY, WEEKS + 1):
            before = load_published(ledger, books.files)
            ground = Ground(world.rules, terms, places, world.incidents(week), world.panel(week), before)
            run = forecast(world, week)
            publish(ground, run, (), books)
            plans.append(plan(world, run))
        return load_published(ledger, books.files), places, plans


def forecast(world: World, week: int) -> ForecastRun:
    """Return the forecast of a week, by a formula that everybody knows."""
    mean = expected(world, week)
    strand, area = (axis.reshape(-1) for axis in np.indices(mean.shape))
    start = periods.start(periods.ordinal(FIRST, "week") + week, "week")
    frame = pd.DataFrame(
        {
            "area_code": [world.areas.codes[number] for number in area],
            "strand": [STRANDS[number] for number in strand],
            "horizon": 1,
            "period_start": pd.Timestamp(start),
            "mean": mean.reshape(-1),
            # A smooth formula passes for the model; what repeats the newest count is a simple method.
            "fallback": "newest" if world.method == "newest" else "",
        }
    )
    return ForecastRun(f"run-{week}", frame, {"as_of": start.isoformat(), "period": "week"}, "made-up")


def expected(world: World, week: int) -> F64:
    """Return what is expected of a week: float64[strand, area]."""
    seen = world.seen(world.known(week))
    shares = METHODS[world.method]
    found: F64 = np.sum([share * seen[week - 1 - back] for back, share in enumerate(shares)], axis=0)
    return found


def plan(world: World, run: ForecastRun) -> dict[str, Any]:
    """Return a plan that gives hours in proportion to expected demand, the weights known to everybody."""
    weights = dict(zip(STRANDS, world.weights, strict=True))
    weighed = run.frame["mean"] * run.frame["strand"].map(weights)
    by_area = weighed.groupby(run.frame["area_code"]).sum()
    return {
        "areas": [{"area_code": code, "hours": float(by_area[code])} for code in world.areas.codes],
        "totals": {"expected": float(run.frame["mean"].sum())},
    }


def written_down(
    world: World, published: Published, places: Places, plans: list[dict[str, Any]], *, partner: bool
) -> list[Said]:
    """Return all that somebody who collects everything knows, the partner also its own records.

    Args:
        world: The world; of it only what is published is used, which hidden numbers are small, and the partner's own.
        published: What was published.
        places: The places.
        plans: Plans whose hours were.
        partner: The reader is the partner.
    """
    own = world.own() if partner else np.zeros_like(world.totals)
    said = [item for row in published.tables["counts"] for item in _count(world, places, row, own)]
    # A forecast is made of the counts known then: of worlds with late records the formula gives no count that was told.
    if not world.late.any():
        said += [_expected(world, places, row) for row in published.tables["expected"] if row["expected"] is not None]
        said += [item for number, one in enumerate(plans) for item in _hours(world, places, one, HISTORY + number)]
    if world.nested:
        said += _nested(world)
    return said


def _count(world: World, places: Places, row: Mapping[str, Any], own: F64) -> list[Said]:
    shares = _shares(world, places, row)
    mine = float((own * shares).sum())
    measure = Measure(world.rules.minimum_count, world.rules.round_to)
    if row["recorded"] is not None:
        return [_rounded(shares, float((world.totals * shares).sum()), row["recorded"], measure)]
    place = places.codes.index(row["place"])
    small = float((world.totals * shares).sum()) - mine < measure.minimum
    if not places.bottom[place]:
        return [Said(shares, 0.0, np.inf, hidden=small)]
    if not places.large_enough(world.rules.minimum_residents)[place]:
        return [Said(shares, 0.0, np.inf)]
    return [Said(shares, mine, mine + measure.most_hidden, hidden=True) if small else Said(shares, mine, np.inf)]


def _expected(world: World, places: Places, row: Mapping[str, Any]) -> Said:
    measure = Measure(world.rules.minimum_count, world.rules.round_to, whole=False)
    week = _week(row["first_day"])
    shares = _formula(world, week, _of_strand(world, row["strand"]) * _inside(places, row))
    return _rounded(shares, float((world.totals * shares).sum()), row["expected"], measure)


def _rounded(shares: F64, value: float, told: int, measure: Measure) -> Said:
    """Return what a shown number says: the numbers that are rounded to it.

    A total at the end of what could be shown may have been moved there; whoever knows the rules takes that side for
    open. Here the side is open only of those that were moved, so that this attacker knows which were not.
    """
    low, high = (float(end) for end in measure.interval(np.array(float(told))))
    return Said(shares, low if value >= low else 0.0, high if value <= high else np.inf)


def _hours(world: World, places: Places, document: dict[str, Any], week: int) -> list[Said]:
    numbers = hours(document, world.areas.codes, places, world.rules)
    assert numbers is not None  # noqa: S101 - the plan is of these areas
    step = coarseness(document, world.rules)
    weights = np.array(world.weights)[:, None]
    found = []
    for place in np.flatnonzero(~np.isnan(numbers)).tolist():
        here = np.zeros((1, len(world.areas)))
        here[0, np.flatnonzero(places.member == place)] = 1.0
        shares = _formula(world, week, weights * here)
        found.append(Said(shares, max(numbers[place] - step / 2, 0.0), numbers[place] + step / 2))
    return found


def _nested(world: World) -> list[Said]:
    found = []
    for week in range(WEEKS):
        for area in range(len(world.areas)):
            shares = np.zeros_like(world.totals)
            shares[week, STRANDS.index("violence"), area], shares[week, STRANDS.index("inside"), area] = 1.0, -1.0
            found.append(Said(shares, 0.0, np.inf))
    return found


def _shares(world: World, places: Places, row: Mapping[str, Any]) -> F64:
    first, last = _week(row["first_day"]), _week(row["last_day"])
    shares = np.zeros_like(world.totals)
    shares[first : last + 1] = _of_strand(world, row["strand"]) * _inside(places, row)
    return shares


def _formula(world: World, week: int, cells: F64) -> F64:
    """Return the shares of counts in a sum of what is expected of a week."""
    shares = np.zeros_like(world.totals)
    for back, share in enumerate(METHODS[world.method]):
        shares[week - 1 - back] = share * cells
    return shares


def _of_strand(world: World, strand: str) -> F64:
    found = np.zeros((len(STRANDS), 1))
    found[STRANDS.index(strand)] = 1.0
    return found


def _inside(places: Places, row: Mapping[str, Any]) -> F64:
    """Return of each area whether it lies in the place of a row: float64[1, area]."""
    place = next(
        number
        for number, known in enumerate(zip(places.levels, places.codes, strict=True))
        if known == (row["level"], row["place"])
    )
    beneath = {place, *places.beneath(place).tolist()}
    return np.array([[float(member in beneath) for member in places.member.tolist()]])


def _week(day: str) -> int:
    return periods.ordinal(date.fromisoformat(day), "week") - periods.ordinal(FIRST, "week")
