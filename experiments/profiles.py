"""Question: do pooling and aoristic weights pay for profiles of days and shifts, and do the ranges hold the truth?

    python -m experiments.profiles [SEED ...]

On twins of Essex (SYNTHETIC, 104 weeks) the true profile of every kind of crime in every district is known: the clocks
that the incidents were drawn from, averaged over where they happened. Kinds whose times are known exactly show what
pooling does: error is the squared distance of the shares from the true ones, summed over the 21 cells, mean over
district x kind. For kinds known only to lie between two times the interval is laid about the true time as chance has
it, and aoristic weights stand beside its beginning, middle and end, for the force.

Finding: FINDING
"""

import sys
from datetime import date

import numpy as np
from numpy.typing import NDArray

from experiments.twin.clocks import chances, window
from experiments.twin.county import essex
from experiments.twin.crimes import SOURCES
from experiments.twin.parameters import Kind, Parameters
from experiments.twin.texts import MINUTES_A_DAY
from experiments.twin.twin import Twin, make_twin
from models.profiles.aoristic import spread_counts
from models.profiles.pooling import Pooled
from models.profiles.shifts import DEFAULT, MINUTES_A_WEEK, Shifts
from models.profiles.study import LONGEST_HOURS
from models.progress import silent

F64 = NDArray[np.float64]

SEEDS = (1, 2, 3)
END, WEEKS = date(2018, 12, 30), 104
SHIFTS = Shifts.read(DEFAULT)
# Upper ends of the bands of incidents that errors are shown for.
BANDS = (100, 300, 1000, 1_000_000)
# 1970-01-01 was a Thursday.
_FIRST_MONDAY = 4 * MINUTES_A_DAY


def true_shares(kind: Kind, centre: F64) -> F64:
    """Return the true profile of incidents of a kind in areas that are as much of a town centre; float64[cell].

    The chances are linear in the centre up to 1, so that the mean centre gives their mean.
    """
    by_hour = chances(kind.clock, float(np.minimum(centre, 1.0).mean()))
    cells: F64 = np.roll(by_hour, -7).reshape(-1, 8).sum(axis=1)
    return cells


def counted(minute: F64, group: NDArray[np.int64], groups: int, length: F64 | None = None) -> F64:
    """Return incidents by group and cell, float64[group, cell]."""
    lengths = np.zeros(len(minute)) if length is None else length
    return spread_counts(minute % MINUTES_A_WEEK, lengths, np.ones(len(minute)), group, groups, SHIFTS)


def errors(pooled: Pooled, truth: F64) -> dict[str, F64]:
    """Return the squared distance of three estimates from the truth, float64[group]."""
    raw = pooled.count / np.maximum(pooled.count.sum(axis=1, keepdims=True), 1.0)
    ways = {"own": raw, "force": pooled.parent, "pooled": pooled.share}
    return {name: ((shares - truth) ** 2).sum(axis=1) for name, shares in ways.items()}


def study(twin: Twin, rng: np.random.Generator) -> tuple[list[tuple[float, dict[str, float], F64]], dict[str, list[F64]]]:
    """Return (incidents, errors, whether each range held) of district x kind, and the distances of the force's ways."""
    scene, crimes = twin.scene, twin.crimes
    names = np.array(scene.county.districts)
    districts, district = np.unique(names, return_inverse=True)
    found: list[tuple[float, dict[str, float], F64]] = []
    distances: dict[str, list[F64]] = {}
    told = crimes.source != SOURCES.index("Officer")
    minute = (crimes.begins - _FIRST_MONDAY).astype(np.float64)
    own = {kind: told & (crimes.kind == number) for number, kind in enumerate(scene.parameters.kinds)}
    every = Pooled.of(counted(minute[told], np.zeros(told.sum(), np.int64), 1), SHIFTS.even)
    exact = [kind for kind in own if own[kind].sum() >= BANDS[0] and kind.window == ""]
    force = Pooled.of(
        np.concatenate([counted(minute[own[kind]], np.zeros(own[kind].sum(), np.int64), 1) for kind in exact]),
        every.share[0],
        float(every.rests_on[0]),
    )
    for number, kind in enumerate(exact):
        where = district[crimes.area[own[kind]]]
        centre = scene.traits.centre[crimes.area[own[kind]]]
        count = counted(minute[own[kind]], where, len(districts))
        pooled = Pooled.of(count, force.share[number], float(force.rests_on[number]))
        known = np.flatnonzero(count.sum(axis=1) > 0)
        truth = np.full(count.shape, np.nan)
        for one in known:
            truth[one] = true_shares(kind, centre[where == one])
        low, high = pooled.range()
        held = (low <= truth) & (truth <= high)
        wrong = errors(pooled, truth)
        found += [
            (float(count[one].sum()), {name: float(values[one]) for name, values in wrong.items()}, held[one])
            for one in known
        ]
    for kind in own:
        if kind.window != "" and own[kind].sum() >= BANDS[1]:
            at = minute[own[kind]]
            truth_here = true_shares(kind, scene.traits.centre[crimes.area[own[kind]]])
            length = window(np.array([kind.window]), np.zeros(len(at), np.int64), rng).astype(np.float64)
            begins = at - rng.random(len(at)) * length
            short = length <= LONGEST_HOURS * 60
            alone = np.zeros(int(short.sum()), np.int64)
            ways = {
                "beginning": counted(begins[short], alone, 1),
                "middle": counted((begins + length / 2)[short], alone, 1),
                "end": counted((begins + length)[short], alone, 1),
                "aoristic": counted(begins[short], alone, 1, length[short]),
            }
            for name, shares in ways.items():
                distances.setdefault(name, []).append(np.abs(shares[0] / shares.sum() - truth_here).sum() / 2)
    return found, distances


def main(seeds: list[int]) -> None:
    """Print errors by incidents, how often ranges held, and the distances of four ways to place an interval."""
    found, distances = [], {}
    for seed in seeds:
        twin = make_twin(essex(), seed, END, WEEKS, Parameters.load(), silent)
        some, ways = study(twin, np.random.default_rng(seed))
        found += some
        for name, values in ways.items():
            distances.setdefault(name, []).extend(values)
    print("incidents below", "groups", "own", "force", "pooled", "held", sep="\t")
    low = 0
    for high in BANDS:
        chosen = [one for one in found if low < one[0] <= high]
        means = [np.mean([one[1][name] for one in chosen]) for name in ("own", "force", "pooled")]
        held = np.mean([one[2].mean() for one in chosen])
        print(high, len(chosen), *(f"{value:.5f}" for value in means), f"{held:.3f}", sep="\t")
        low = high
    for name, values in distances.items():
        print(f"{name}: share of the week misplaced {np.mean(values):.4f} ({len(values)} kinds)")


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or list(SEEDS))
