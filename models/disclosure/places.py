"""Places: wards and districts up to the force, as a tree of which the totals are published too."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from errors import DataError
from features.areas.areas import Areas
from features.areas.hierarchy import WARD
from models.levels import FORCE

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

DISTRICT = "district"
ROOT = -1


@dataclass(frozen=True, eq=False)
class Places:
    """The places of a published table.

    Invariant: every place lies in one that comes after it, the last one, the force, in none.

    Attributes:
        levels: "ward", "district" or "force" of each place.
        codes: Names; "" is the place of all areas of which the level is unknown: it is never shown.
        parent: Index of the place that each lies in; -1 for the force.
        member: Index of the lowest place that each area lies in.
        residents: Of each place, NaN where not all of its areas' are known.
    """

    levels: tuple[str, ...]
    codes: tuple[str, ...]
    parent: I64
    member: I64
    residents: F64

    @classmethod
    def of(cls, areas: Areas, level: str) -> "Places":
        """Return the places of a level and those that they lie in.

        Raises:
            DataError: The areas have no such level.
        """
        if level not in areas.parents:
            fix = f"give the file of areas a column '{level}', or name another level in disclosure.toml"
            raise DataError(f"the areas have no level '{level}': nothing can be published", place="areas", fix=fix)
        names = np.asarray(areas.parents[level])
        codes = sorted(set(names.tolist()))
        member = np.searchsorted(codes, names)
        within = _within(areas, level, member, len(codes))
        upper = sorted({name for name in within if name})
        parent = [len(codes) + (upper.index(name) if name else len(upper)) for name in within]
        parent += [len(codes) + len(upper)] * len(upper)
        force = areas.parents.get(FORCE) or ("",)
        root = force[0] if len(set(force)) == 1 and force[0] else FORCE
        levels = (*[level] * len(codes), *[DISTRICT] * len(upper), FORCE)
        plain = np.array([*parent, ROOT], dtype=np.int64)
        places = cls(levels, (*codes, *upper, root), plain, member.astype(np.int64), np.empty(0))
        return cls(levels, places.codes, plain, places.member, places.totals(areas.population))

    def __len__(self) -> int:
        """Return the number of places."""
        return len(self.codes)

    def totals(self, values: F64) -> F64:
        """Sum [..., area] to [..., place]."""
        found = np.zeros((*values.shape[:-1], len(self)), dtype=np.float64)
        for area, place in enumerate(self.member.tolist()):
            found[..., place] += values[..., area]
        return self.carried_up(found)

    def carried_up(self, lowest: F64) -> F64:
        """Return [..., place] with every place's sum, from that of the lowest ones; the others hold nothing yet."""
        found = lowest.copy()
        for place in range(len(self) - 1):
            found[..., self.parent[place]] += found[..., place]
        return found

    def everywhere(self, holds: Bools) -> Bools:
        """Return of [..., area] for each place whether it holds in all of its areas."""
        fails = self.totals((~holds).astype(np.float64))
        result: Bools = fails == 0
        return result

    @cached_property
    def bottom(self) -> Bools:
        """bool[place]: places in which no other lies."""
        found = np.ones(len(self), dtype=np.bool_)
        found[self.parent[self.parent != ROOT]] = False
        return found

    def beneath(self, place: int) -> I64:
        """Return the places that lie in one, directly or not."""
        found = np.zeros(len(self), dtype=np.bool_)
        found[place] = True
        for lower in range(place - 1, -1, -1):
            found[lower] = found[self.parent[lower]]
        found[place] = False
        return np.flatnonzero(found)

    @cached_property
    def families(self) -> tuple[tuple[int, I64], ...]:
        """Every place in which others lie, and those that lie directly in it; the lowest first."""
        return tuple((place, np.flatnonzero(self.parent == place)) for place in np.flatnonzero(~self.bottom).tolist())

    def large_enough(self, minimum_residents: int) -> Bools:
        """Return which places may be shown at all: bool[place]."""
        named = np.array([code != "" for code in self.codes])
        if minimum_residents == 0:
            return named
        with np.errstate(invalid="ignore"):
            result: Bools = named & (self.residents >= minimum_residents)
        return result


def _within(areas: Areas, level: str, member: I64, count: int) -> Sequence[str]:
    """Return the district of each ward; none where the level is districts, or where wards cross them."""
    if level != WARD or DISTRICT not in areas.parents:
        return [""] * count
    holders: list[set[str]] = [set() for _ in range(count)]
    for place, district in zip(member.tolist(), areas.parents[DISTRICT], strict=True):
        holders[place].add(district)
    # A ward without a district, or in two, lies in the force alone: then no district is the sum of its wards.
    if any(len(holder) > 1 for holder in holders):
        return [""] * count
    return [holder.pop() for holder in holders]
