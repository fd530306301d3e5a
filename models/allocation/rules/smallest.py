"""The smallest set of rules that clashes, and what each of them would have to give.

A rule is what somebody wrote once: rows of one kind and place, such as one least of every area, are one rule, which
gives by the same hours in each of its rows. A set of rules clashes where no hours keep all of them.

The smallest clashing set is found exactly, by implicit hitting sets. While some rules are held and the others give as
little as they must, those that give are a set of givers: without them the rest can be kept, so every clashing set has
one of them. A smallest choice with one of each set of givers found so far is held next: where it can be kept, it shows
a new set; where it cannot, it is a smallest clashing set, since every clashing set has one of each and so is no
smaller. None of its rules can be spared, or the rest would be a smaller one.

Where the search would take too many programmes, rules are let go one by one instead: what is left cannot spare any
either, but a smaller set may exist, and the answer says so.

Sources: Ignatiev, Previti, Liffiton & Marques-Silva (2015), "Smallest MUS extraction with minimal hitting set
dualization", CP 2015; clashing sets of linear programmes: Gleeson & Ryan (1990), ORSA Journal on Computing 2:61;
letting go one by one: Chinneck & Dravnieks (1991), ORSA Journal on Computing 3:157.
"""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from models.allocation.programme.feasibility import Elastic, Rows, smallest_meeting
from models.allocation.programme.problem import Blocks, Rules
from models.allocation.rules.clash import Clash, ClashRule
from models.allocation.rules.ways import Written, ways_out

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Hours that solvers leave over and no planner means.
_NOTHING = 1e-6
_MOST_PROGRAMMES = 300
# Integer programmes of more rows than these take minutes.
_MOST_WHOLE_ROWS = 300


def find_clash(
    rules: Sequence[Rules], blocks: Blocks | None = None, asked: Collection[str] = frozenset()
) -> Clash | None:
    """Return a smallest set of rules that cannot all be kept; None where all can, or nothing more can be told.

    In whole shifts and many rows, sums of rows stand for the rows: a clash found so is one, but a smaller one may
    exist, and one of single areas may go unfound.

    Args:
        rules: Families of rules.
        blocks: Whole shifts; what clashes in hours already is told as such.
        asked: Places of the rules that the request itself asked for, which are told first.
    """
    written = _written(rules)
    rows, shifts, exact, elastic = written.rows, None, True, Elastic(written.rows)
    found = _smallest(elastic)
    if found is None and blocks is not None:
        exact = len(rows.rule) <= _MOST_WHOLE_ROWS
        rows, shifts = (rows if exact else rows.summed(blocks)), blocks
        elastic = Elastic(rows, blocks)
        found = _smallest(elastic)
    if found is None:
        return None
    held, smallest, others = found
    told = _told(written, rows, held, shifts)
    order = sorted(told, key=lambda at: (told[at].place not in asked, told[at].kind == "total", at))
    # In whole shifts each way would be an integer programme of all rules, and some of them take minutes.
    ways = ways_out(written, elastic, told, order) if shifts is None else ()
    rules_told = tuple(told[at] for at in order)
    return Clash(rules_told, ways, smallest=smallest and exact, whole_shifts=shifts is not None, others=others)


def _written(rules: Sequence[Rules]) -> Written:
    kinds = tuple(family.kind for family in rules for _ in range(len(family)))
    places = tuple(place for family in rules for place in family.places)
    number = {key: at for at, key in enumerate(dict.fromkeys(zip(kinds, places, strict=True)))}
    rows = Rows(
        csr_matrix(vstack([family.matrix for family in rules])),
        np.concatenate([family.lower for family in rules]),
        np.concatenate([family.upper for family in rules]),
        np.array([number[key] for key in zip(kinds, places, strict=True)], dtype=np.int64),
        np.ones(len(kinds)),
    )
    shares = tuple(share for family in rules for share in _shares(family))
    return Written(kinds, places, tuple(name for family in rules for name in family.names), shares, rows)


def _shares(family: Rules) -> list[tuple[float, str]]:
    """Return the share that each row's limit is, and of what; NaN where limits are numbers."""
    if family.shares is None:
        return [(np.nan, "")] * len(family)
    return [(part, family.shares.what) for part in family.shares.part.tolist()]


def _smallest(elastic: Elastic) -> tuple[Bools, bool, bool] | None:
    """Return a smallest clashing set, whether it is known to be one, and whether the rest clashes without it."""
    sets: list[Bools] = []
    held = np.zeros(elastic.rules, dtype=np.bool_)
    for _ in range(_MOST_PROGRAMMES):
        found = _sets_of_givers(elastic, held)
        if not all(givers.any() for givers in found):
            return None
        if not found:
            return held, True, elastic.least(held) is None
        sets += found
        if len(sets) > _MOST_PROGRAMMES:
            break
        held = smallest_meeting(sets, elastic.rules)
    held = _without_spare(elastic, np.any(sets, axis=0))
    return held, False, elastic.least(held) is None


def _sets_of_givers(elastic: Elastic, held: Bools) -> list[Bools]:
    """Return sets of rules one of which must give while `held` do not, no two with a rule in common."""
    found = []
    while (gives := elastic.least(~held)) is not None:
        givers = gives.give > _NOTHING
        found.append(givers)
        if not givers.any():
            break
        held = held | givers
    return found


def _without_spare(elastic: Elastic, held: Bools) -> Bools:
    """Return a clashing set of which no rule can be spared, within one of which some can."""
    kept = held.copy()
    for rule in np.flatnonzero(held):
        kept[rule] = False
        gives = elastic.least(~kept)
        if gives is not None:
            kept[rule] = True
    return kept


def _told(written: Written, rows: Rows, held: Bools, blocks: Blocks | None) -> dict[int, ClashRule]:
    """Return the rules of a clashing set by number, each with the least by which it alone would have to give."""
    few, every = Elastic(rows.of(held), blocks), written.rows
    told: dict[int, ClashRule] = {}
    bearing: Bools | None = None
    for at, rule in enumerate(np.flatnonzero(held)):
        gives = few.least(np.arange(few.rules) == at)
        give = np.nan if gives is None else float(gives.give[at])
        if gives is not None and bearing is None and gives.price.any():
            bearing = np.zeros(len(every.rule), dtype=np.bool_)
            bearing[np.flatnonzero(held[every.rule])[gives.price > _NOTHING]] = True
        mine = np.flatnonzero(every.rule == rule)
        mine = mine if bearing is None or not bearing[mine].any() else mine[bearing[mine]]
        told[int(rule)] = written.told(mine, give)
    return told
