"""What a world publishes, as an attacker writes it down: linear sums of counts, and the intervals they must lie in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.disclosure.world import FIRST, HISTORY, INSIDE, OTHER, STRANDS, VIOLENCE, WEEKS, World
from features import periods
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.allocation.decisions.decide import issue
from models.allocation.decisions.record import SCHEMA, keep
from models.books import Books
from models.disclosure.ground import Ground
from models.disclosure.measure import Measure
from models.disclosure.places import Places
from models.disclosure.publish import publish
from models.disclosure.published import Published, load_published
from models.disclosure.steps import step_of
from models.runs import ForecastRun

F64 = NDArray[np.float64]
Clock = Callable[[], Any]
Reader = Literal["anybody", "neighbour", "onlooker", "partner", "second", "together"]
READERS: tuple[Reader, ...] = get_args(Reader)
# Of the formula that is none of the simple methods.
_WEIGHTED = (0.6, 0.3, 0.1)


@dataclass(frozen=True, eq=False)
class Said:
    """A sum of counts and the interval that it is known to lie in.

    Attributes:
        shares: float64[week, strand, area]: the share of each count in the sum.
        low: Smallest.
        high: Largest; infinite where nothing is known.
        hidden: It is a hidden count, which nobody is to work out.
        moved: Of a total that was moved: the interval that holds it in truth, open on the side that it was moved from.
    """

    shares: F64
    low: float
    high: float
    hidden: bool = False
    moved: tuple[float, float] | None = None


def publish_all(world: World, folder: Path, clock: Clock) -> tuple[Published, Places]:
    """Publish week after week, as the weekly run does; every week's plan is issued, and its hours published."""
    folder.mkdir(parents=True, exist_ok=True)
    places = Places.of(world.areas, world.rules.level)
    with Ledger.open(f"sqlite:///{folder / 'strandcast.db'}", clock) as ledger:
        books = Books(ledger, FileStore(folder), "attacker's study")
        for week in range(HISTORY, WEEKS + 1):
            before = load_published(ledger, books.files)
            view, panel = world.incidents(week), world.panel(week)
            strands = " ".join(world.strands(week))
            ground = Ground(world.rules, world.terms(week), places, view, panel, before, strands)
            run = forecast(world, week)
            publish(ground, run, (), books)
            issue(books, keep(plan(world, run), books).plan_id, by="a planner")
            # Once more: a plan is issued after the weekly run.
            publish(replace(ground, before=load_published(ledger, books.files)), None, (), books)
        return load_published(ledger, books.files), places


def forecast(world: World, week: int) -> ForecastRun:
    """Return the forecast of a week, by a formula that everybody knows."""
    mean, names = expected(world, week), world.strands(week)
    strand, area = (axis.reshape(-1) for axis in np.indices(mean.shape))
    start = periods.start(periods.ordinal(FIRST, "week") + week, "week")
    frame = pd.DataFrame(
        {
            "area_code": [world.areas.codes[number] for number in area],
            "strand": [names[number] for number in strand],
            "horizon": 1,
            "period_start": pd.Timestamp(start),
            "mean": mean.reshape(-1),
        }
    )
    meta = {"as_of": start.isoformat(), "period": "week", "method": world.method}
    return ForecastRun(f"run-{week}", frame, meta, "made-up")


def expected(world: World, week: int) -> F64:
    """Return what is expected of a week: float64[strand, area]."""
    seen = world.seen(world.told(week, world.known(week)))
    found: F64 = np.sum([share * seen[week - 1 - back] for back, share in enumerate(formula(world, week))], axis=0)
    return found


def formula(world: World, week: int) -> tuple[float, ...]:
    """Return the shares of the newest week and of those before it in what is expected of a week."""
    if world.method == "weighted-formula":
        return _WEIGHTED
    weeks = 1 if world.method == "last" else min(int(world.method.partition("-")[2]), week)
    return (1 / weeks,) * weeks


def plan(world: World, run: ForecastRun) -> dict[str, Any]:
    """Return a plan that gives hours in proportion to expected demand, the weights known to everybody."""
    weights = dict(zip(STRANDS, world.weights, strict=True))
    rows = run.frame
    posts = [
        {"area_code": code, "strand": strand, "hours": mean * weights[strand]}
        for code, strand, mean in zip(rows["area_code"], rows["strand"], rows["mean"], strict=True)
    ]
    start = rows["period_start"].iloc[0].date()
    return {
        "schema": SCHEMA,
        "parent": None,
        "forecast": {"run_id": run.run_id, "audit_id": run.audit_id},
        "period": {"kind": "week", "start": start.isoformat(), "horizon": 1},
        "areas": [
            {
                "area_code": code,
                "expected": dict(zip(own["strand"], own["mean"].astype(float), strict=True)),
            }
            for code, own in rows.groupby("area_code")
        ],
        "posts": posts,
    }


def written_down(world: World, published: Published, places: Places, reader: Reader) -> list[Said]:
    """Return all that somebody who collects everything knows.

    Anybody knows the rules and the formulas; the neighbour every number of the lowest places that is shown, to the last
    incident; the onlooker beside that where partners work. A partner knows its own records, where others work, and what
    it is told of the hours of teams; "together" is all partners who lay their records side by side.

    Args:
        world: The world; of it only what the reader knows is used.
        published: What was published.
        places: The places.
        reader: Who it is.
    """
    said = [item for row in published.tables["counts"] for item in _count(world, places, row, reader)]
    # A forecast is made of the counts known then: of worlds with late records the formula gives no count that was told.
    if not world.late.any():
        said += [_expected(world, places, row) for row in published.tables["expected"] if row["expected"] is not None]
        said += [_hours(world, places, row) for row in published.tables["hours"] if row["hours"] is not None]
        if feeds_of(world, reader):
            shown = {(_week(row["first_day"]), row["strand"], row["place"]) for row in _visible(published)}
            weeks = range(HISTORY, WEEKS + 1)
            said += [item for week in weeks for item in duties(world, places, week, shown)]
    if reader in ("neighbour", "onlooker"):
        said += [_exactly(world, places, row) for row in published.tables["counts"] if row["recorded"] is not None]
    return said


def own_of(world: World, reader: Reader) -> F64:
    """Return the records that are a reader's own: float64[week, strand, area]."""
    return world.own(*feeds_of(world, reader))


def feeds_of(world: World, reader: Reader) -> tuple[int, ...]:
    """Return the feeds of a reader's own records."""
    one, other = world.feeds_of(0), world.feeds_of(1)
    both = (*one, *other) if one and other else ()
    return {"partner": one, "second": other, "together": both}.get(reader, ())


def _visible(published: Published) -> list[Mapping[str, Any]]:
    return [row for row in published.tables["expected"] if row["expected"] is not None]


def duties(world: World, places: Places, week: int, shown: set[tuple[int, str, str]]) -> list[Said]:
    """Return what partners are told of hours, each strand a team's: the most that they are in each lowest place.

    Args:
        world: The world.
        places: The places.
        week: Of the plan.
        shown: Week, strand and place of which hours are told.
    """
    said = []
    weights = dict(zip(STRANDS, world.weights, strict=True))
    strands = world.strands(week)
    for strand, mean in zip(strands, places.totals(expected(world, week))[:, places.bottom], strict=True):
        demand = dict(enumerate(mean.tolist()))
        hours = {place: amount * weights[strand] for place, amount in demand.items()}
        step = step_of(hours, demand, world.rules.minimum_count, world.rules.hours_round_to)
        for place, amount in hours.items():
            if (week, strand, places.codes[place]) not in shown:
                continue
            row = {"level": places.levels[place], "place": places.codes[place]}
            most = step * max(1, int(np.ceil(amount / step)))
            cells = weights[strand] * _belonging(world, strand, week) * _inside(places, row)
            said.append(Said(_formula(world, week, cells), float(most - step), float(most)))
    return said


def _exactly(world: World, places: Places, row: Mapping[str, Any]) -> Said:
    shares = _shares(world, places, row)
    lowest = bool(places.bottom[places.codes.index(row["place"])])
    value = float((world.totals * shares).sum())
    return Said(shares, value, value) if lowest else Said(shares, 0.0, np.inf)


def _count(world: World, places: Places, row: Mapping[str, Any], reader: Reader) -> list[Said]:
    shares = _shares(world, places, row)
    mine = float((own_of(world, reader) * shares).sum())
    measure = Measure(world.rules.minimum_count, world.rules.round_to)
    if row["recorded"] is not None:
        return [_rounded(shares, float((world.totals * shares).sum()), row, "recorded", measure)]
    place = places.codes.index(row["place"])
    small = float((world.totals * shares).sum()) - mine < measure.minimum
    if not places.bottom[place]:
        return [Said(shares, 0.0, np.inf, hidden=small)]
    if not places.large_enough(world.rules.minimum_residents)[place]:
        return [Said(shares, 0.0, np.inf)]
    # Where partners work, or may, a number is hidden for what one of them would be left with, and may be of any size.
    others = [feed for feed in range(1, len(world.counts)) if feed not in feeds_of(world, reader)]
    works = world.own(*others)
    sure = not works.any() if reader in ("anybody", "neighbour") else not (works * shares).any()
    return [Said(shares, mine, mine + measure.most_hidden if sure else np.inf, hidden=small)]


def _expected(world: World, places: Places, row: Mapping[str, Any]) -> Said:
    measure = Measure(world.rules.minimum_count, world.rules.round_to, whole=False)
    week = _week(row["first_day"])
    shares = _formula(world, week, _belonging(world, row["strand"], week) * _inside(places, row))
    return _rounded(shares, float((world.totals * shares).sum()), row, "expected", measure)


def _rounded(shares: F64, value: float, row: Mapping[str, Any], name: str, measure: Measure) -> Said:
    """Return what a shown number says: the numbers that are rounded to it, and of a moved total what it is in truth."""
    low, high = measure.interval(float(row[name]), row["rounded_to"])
    moved = None if low <= value <= high else (0.0, high) if value < low else (low, np.inf)
    return Said(shares, low, high, moved=moved)


def _hours(world: World, places: Places, row: Mapping[str, Any]) -> Said:
    step, weight = row["rounded_to"], world.weights[STRANDS.index(row["strand"])]
    week = _week(row["first_day"])
    cells = weight * _belonging(world, row["strand"], week) * _inside(places, row)
    return Said(_formula(world, week, cells), max(row["hours"] - step / 2, 0.0), row["hours"] + step / 2)


def _shares(world: World, places: Places, row: Mapping[str, Any]) -> F64:
    first, last = _week(row["first_day"]), _week(row["last_day"])
    shares = np.zeros_like(world.totals)
    strands = _of_strand(row["strand"])
    # Published at the beginning of the week after: worlds in which a strand is ever away publish every week.
    strands[INSIDE] += first + 1 in world.away and row["strand"] == STRANDS[OTHER]
    shares[first : last + 1] = strands * _inside(places, row)
    return shares


def _formula(world: World, week: int, cells: F64) -> F64:
    """Return the shares of counts in a sum of what is expected of a week."""
    shares = np.zeros_like(world.totals)
    for back, share in enumerate(formula(world, week)):
        shares[week - 1 - back] = share * cells
    return shares


def _belonging(world: World, strand: str, week: int) -> F64:
    """Return of each strand whether what is counted under it belongs to a strand in a week: float64[strand, 1]."""
    found = _of_strand(strand)
    found[INSIDE] += week in world.away and strand == STRANDS[OTHER]
    found[INSIDE] += world.nested and strand == STRANDS[VIOLENCE]
    return found


def _of_strand(strand: str) -> F64:
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
