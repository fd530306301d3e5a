"""Expected: what a recorded forecast expects of the period to come, in the form in which it may be shown.

A forecast is made from counts, and some methods do little more than repeat them: an expected number beside a hidden
count could be that count. So a number is shown only where every count of the newest periods is shown too, and a total
only where that holds in all of its places. As in the counts, each incident is expected in one strand only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.disclosure.measure import Measure
from models.disclosure.places import F64, Bools, Places
from models.disclosure.recent import Recent
from models.disclosure.showing import Shown, Table, shown
from models.runs import SPREAD, ForecastRun
from models.table import MULTIPLIERS


@dataclass(frozen=True, eq=False)
class Means:
    """What a run expects of one period.

    Attributes:
        rows: The run's rows of that period.
        mean: float64[strand, place].
        strands: Of that axis.
    """

    rows: pd.DataFrame
    mean: F64
    strands: tuple[str, ...]

    @classmethod
    def of(cls, run: ForecastRun, codes: Sequence[str], places: Places) -> "Means":
        """Return what a run expects of the next period.

        Args:
            run: The run.
            codes: The areas of `places.member`.
            places: Where it is summed.
        """
        rows = run.frame[run.frame["horizon"] == run.next_horizon]
        rows = rows[rows["area_code"].isin(codes)]
        strand = rows["strand"].astype(str)
        names = tuple(sorted(set(strand)))
        areas = np.zeros((len(names), len(codes)), dtype=np.float64)
        where = {code: at for at, code in enumerate(codes)}
        at = np.array([where[code] for code in rows["area_code"].astype(str)], dtype=np.int64)
        kind = np.array([names.index(name) for name in strand], dtype=np.int64)
        np.add.at(areas, (kind, at), rows["mean"].to_numpy(np.float64))
        spread: Mapping[str, list[float]] = run.meta.get(SPREAD) or {}
        once = dict(zip(run.meta.get("strands", ()), spread.get("once", ()), strict=False))
        areas *= np.array([once.get(name, 1.0) for name in names])[:, None]
        plain = rows.assign(place=places.member[at], kind=kind)
        return cls(plain, places.totals(areas), names)


def expected(
    means: Means, places: Places, minimum: Mapping[str, int], round_to: int, recent: Mapping[str, Recent]
) -> dict[str, Shown]:
    """Return for each strand what is shown of its expected numbers.

    Args:
        means: What is expected.
        places: The places.
        minimum: Strand to the smallest number that may be shown.
        round_to: Multiples that are shown.
        recent: The counts that may be given away, by strand; strands without counts are left out.
    """
    result = {}
    for number, strand in enumerate(means.strands):
        if strand not in recent:
            continue
        mean, found = means.mean[number], recent[strand]
        # A partner knows what a forecast of its own records alone would be, and could take that off.
        own = {name: mean * share for name, share in found.shares.items()}
        table = Table(mean, own, _throughout(places, found.shown))
        result[strand] = shown(places, table, Measure(minimum[strand], round_to, whole=False))
    return result


def _throughout(places: Places, holds: Bools) -> Bools:
    """Return where something holds in a place and in all that lie in it: bool[place]."""
    return np.array([holds[place] and holds[places.beneath(place)].all() for place in range(len(places))], np.bool_)


def reasons(
    means: Means, places: Places, numbers: Mapping[str, Shown], round_to: int
) -> list[tuple[int, str, str, int]]:
    """Return what the shown expected numbers rest on: place, strand, group of features and its share, per cent.

    Shares are of the absolute contributions on the log scale, areas weighted by their means, rounded by themselves; the
    multipliers themselves say what was counted. They stand only beside an expected number that is shown, and only for
    the lowest places: a total's shares are made of its places'.
    """
    found: list[tuple[int, str, str, int]] = []
    if "base" not in means.rows:
        return found
    kept = means.rows[means.rows["base"].notna()]
    sizes = {
        group: np.abs(np.log(np.maximum(kept[column].to_numpy(np.float64), 1e-12))) * kept["mean"].to_numpy(np.float64)
        for group, column in MULTIPLIERS.items()
    }
    for strand, values in numbers.items():
        kind = means.strands.index(strand)
        for place in np.flatnonzero(places.bottom & values.visible).tolist():
            here = ((kept["place"] == place) & (kept["kind"] == kind)).to_numpy()
            sums = {group: float(size[here].sum()) for group, size in sizes.items()}
            whole = sum(sums.values())
            for group, size in sums.items():
                share = int(np.floor(100 * size / whole / round_to + 0.5)) * round_to if whole > 0 else 0
                if share:
                    found.append((place, strand, group, share))
    return found
