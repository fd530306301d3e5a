"""Recent: the counts that an expected number may give away, and whether all of them are shown.

An expected number stands only where no count that it could give away is hidden. Those are the newest ones, and all that
a simple method makes it of: `mean-N` of the newest N, `mean-all` of all, `naive` of the one a year ago too. What a
trained model and the methods that forget slowly make of an older count is far below what their numbers are rounded to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from features import periods
from features.periods import PERIODS_A_YEAR, PeriodKind
from models.disclosure.ground import Ground
from models.disclosure.places import F64, Bools
from models.disclosure.recorded import count, sharing
from models.disclosure.showing import shown
from models.runs import ForecastRun


@dataclass(frozen=True, eq=False)
class Recent:
    """The counts of a strand that its expected numbers may give away.

    Attributes:
        shown: bool[place]: every one of them can be shown, and has been.
        shares: Partner to float64[place]: its share of them, which it could take off what is expected.
    """

    shown: Bools
    shares: Mapping[str, F64]


def recent_counts(ground: Ground, run: ForecastRun | None) -> dict[str, Recent]:
    """Return the counts that expected numbers may give away, of each strand that is counted.

    They are looked at as they are known now, published or not, each by itself.

    Args:
        ground: What is known and what was published.
        run: The forecast; None: only the newest counts are looked at.
    """
    panel, places = ground.panel, ground.places
    looked_at = {strand: remembered(ground, run, strand) for strand in ground.counted()}
    every = sorted(set().union(*looked_at.values()))
    at = {number: block for block, number in enumerate(every)}
    counts = count(ground.incidents, panel.kind, [(number, number) for number in every], places, ground.terms)
    was_hidden = _was_hidden(ground, looked_at)
    result = {}
    for strand, numbers in looked_at.items():
        kept = np.array(
            [(strand, *place) not in was_hidden for place in zip(places.levels, places.codes, strict=True)],
            dtype=np.bool_,
        )
        # What was published under another definition may be this strand's in part, with another part that was hidden.
        kept &= all(periods.start(number, panel.kind).isoformat() > ground.defined_since for number in numbers)
        tables = [ground.table(counts, at[number], strand) for number in sorted(numbers)]
        for table in tables:
            kept &= shown(places, table, ground.measure(strand)).visible
        everyone = np.sum([table.values for table in tables], axis=0)
        own = {
            name: np.sum([table.own[name] for table in tables], axis=0) for name in (tables[0].own if tables else ())
        }
        result[strand] = Recent(kept, {name: mine / np.maximum(everyone, 1.0) for name, mine in own.items()})
    # What is expected of a strand rests on all of its incidents, also on those that are counted under another one.
    shared = sharing(ground.incidents)
    nowhere = Recent(np.zeros(len(places), dtype=np.bool_), {})
    return {
        strand: Recent(
            np.logical_and.reduce([own.shown, *(result.get(other, nowhere).shown for other in shared[strand])]),
            own.shares,
        )
        for strand, own in result.items()
    }


def remembered(ground: Ground, run: ForecastRun | None, strand: str) -> frozenset[int]:
    """Return the periods of which a strand's expected numbers may give a count away."""
    panel = ground.panel
    end = panel.first + len(panel.counts)
    numbers = set(range(end - ground.rules.recent_periods, end))
    if run is not None:
        target = periods.ordinal(target_of(run), run.meta["period"])
        origin = target - run.next_horizon + 1
        for method in methods_of(run, strand):
            kind, _, argument = method.partition("-")
            if kind == "naive":
                numbers.add(target - PERIODS_A_YEAR[panel.kind])
            back = 1 if kind != "mean" else len(panel.counts) if argument == "all" else int(argument)
            numbers |= set(range(origin - back, origin))
    return frozenset(number for number in numbers if panel.first <= number < end)


def methods_of(run: ForecastRun, strand: str) -> frozenset[str]:
    """Return the methods whose numbers can be read off a strand's rows.

    They are the simple one that stands in for the model, or the model's own; and those that stand in at upper levels,
    to whose totals the areas are scaled: summed up again, they are its numbers to the last digit.
    """
    own = run.meta.get("fallback", {}).get(strand) or run.meta.get("method", "")
    levels = [methods.get(strand) for methods in run.meta.get("level_fallback", {}).values()]
    return frozenset(str(method) for method in (own, *levels) if method)


def target_of(run: ForecastRun) -> date:
    """Return the first day of the period that a run's expected numbers are of."""
    first: date = run.frame.loc[run.frame["horizon"] == run.next_horizon, "period_start"].iloc[0].date()
    return first


def _was_hidden(ground: Ground, looked_at: Mapping[str, frozenset[int]]) -> set[tuple[str, str, str]]:
    """Return strand, level and place of which a published count of the periods looked at is hidden."""
    kind = ground.panel.kind
    first = min((min(numbers) for numbers in looked_at.values() if numbers), default=ground.panel.first)
    since = periods.start(first, kind).isoformat()
    return {
        (row["strand"], row["level"], row["place"])
        for row in ground.before.tables["counts"]
        if row["recorded"] is None
        and row["last_day"] >= since
        and not looked_at.get(row["strand"], frozenset()).isdisjoint(_periods(row["first_day"], row["last_day"], kind))
    }


def _periods(first: str, last: str, kind: PeriodKind) -> range:
    return range(periods.ordinal(date.fromisoformat(first), kind), periods.ordinal(date.fromisoformat(last), kind) + 1)
