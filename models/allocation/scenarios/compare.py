"""Two plans side by side: who gains and who loses, by area, district, strand and decile, and what each is worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from errors import AllocationError
from models.allocation.papers.account import Account, account_of
from models.allocation.posed import Planned
from models.allocation.scenarios.equity import Equity, equity_of, need_of

F64 = NDArray[np.float64]

UNKNOWN = "unknown"
# Hours that differ by less are the same.
LEAST = 0.01


@dataclass(frozen=True)
class Line:
    """One area, district, strand or decile in both plans.

    Attributes:
        name: What it is.
        hours: Its hours in both.
        met: Harm met there in both, each by its own weights.
        met_alike: The same by the weights of the first.
    """

    name: str
    hours: tuple[float, float]
    met: tuple[float, float]
    met_alike: tuple[float, float]

    @property
    def change(self) -> float:
        """Hours that the second has more."""
        return self.hours[1] - self.hours[0]

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "name": self.name,
            "hours": list(self.hours),
            "change": self.change,
            "harm_met": list(self.met),
            "harm_met_by_the_weights_of_the_first": list(self.met_alike),
        }


@dataclass(frozen=True)
class Comparison:
    """Two plans side by side.

    Attributes:
        names: What they are called.
        harm: Plan -> harm met by the weights of the first and by those of the second.
        hours: Hours placed in both.
        areas: A line an area, in the order of their codes.
        districts: A line a district.
        strands: A line a strand.
        deciles: A line a deprivation decile.
        equity: Hours against need in both, need by the weights of the first.
    """

    names: tuple[str, str]
    harm: tuple[tuple[float, float], tuple[float, float]]
    hours: tuple[float, float]
    areas: tuple[Line, ...]
    districts: tuple[Line, ...]
    strands: tuple[Line, ...]
    deciles: tuple[Line, ...]
    equity: tuple[Equity, Equity]

    @property
    def gainers(self) -> list[Line]:
        """Areas that have more hours in the second, most first."""
        return sorted((line for line in self.areas if line.change >= LEAST), key=lambda line: (-line.change, line.name))

    @property
    def losers(self) -> list[Line]:
        """Areas that have fewer, most first."""
        return sorted((line for line in self.areas if line.change <= -LEAST), key=lambda line: (line.change, line.name))

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "plans": list(self.names),
            "harm": [{"by_the_weights_of_the_first": one[0], "by_those_of_the_second": one[1]} for one in self.harm],
            "hours": list(self.hours),
            "gain": len(self.gainers),
            "lose": len(self.losers),
            "areas": [line.document() for line in self.areas],
            "districts": [line.document() for line in self.districts],
            "strands": [line.document() for line in self.strands],
            "deciles": [line.document() for line in self.deciles],
            "equity": [one.document() for one in self.equity],
        }

    def sentences(self) -> list[str]:
        """Return it in words."""
        first, second = self.names
        moved = sum(line.change for line in self.gainers)
        said = [
            (
                f"{second} against {first}: {len(self.gainers):,} areas gain hours and {len(self.losers):,} lose some; "
                f"{moved:,.1f} hours are elsewhere or more."
            ),
            (
                f"By the weights of {first}: {self.harm[0][0]:,.1f} and {self.harm[1][0]:,.1f}; "
                f"by those of {second}: {self.harm[0][1]:,.1f} and {self.harm[1][1]:,.1f}."
            ),
        ]
        ginis = [one.gini for one in self.equity]
        if None not in ginis:
            said.append(f"Gini index of hours against need: {ginis[0]:.3f} and {ginis[1]:.3f}.")
        slopes = [one.concentration for one in self.equity]
        if None not in slopes:
            said.append(
                f"Concentration by deprivation: {slopes[0]:+.3f} and {slopes[1]:+.3f} (below 0: hours lean to the more "
                "deprived beyond their need)."
            )
        return said


def compare(first: Planned, second: Planned, names: tuple[str, str]) -> Comparison:
    """Return two plans side by side; they must be of the same areas and strands.

    Hours are those of the programme of harm and of the teams by caseload together.

    Raises:
        AllocationError: They are of other areas or strands.
    """
    both = first, second
    for what, mine, theirs in (
        ("areas", first.posed.ground.area_codes, second.posed.ground.area_codes),
        ("strands", first.posed.demand.strands, second.posed.demand.strands),
    ):
        if mine != theirs:
            problem = f"the two plans are not of the same {what}"
            raise AllocationError(problem, place=f"{names[0]}, {names[1]}", fix="compare plans of one workspace")
    accounts = tuple(account_of(one.posed, one.plan) for one in both)
    weights = tuple(account.harm_weight for account in accounts)
    hours = tuple(_hours(one, account) for one, account in zip(both, accounts, strict=True))
    own = tuple(account.harm_met for account in accounts)
    alike = tuple(account.met * weights[0] for account in accounts)
    ground = first.posed.ground
    parts: dict[str, Sequence[str]] = {
        "areas": ground.area_codes,
        "districts": [name or UNKNOWN for name in ground.district or [""] * len(ground.area_codes)],
        "deciles": [UNKNOWN if np.isnan(value) else f"{int(value)}" for value in ground.decile],
    }
    lines = {
        kind: _lines(labels, *((table[0].sum(axis=1), table[1].sum(axis=1)) for table in (hours, own, alike)))
        for kind, labels in parts.items()
    }
    by_strand = _lines(
        first.posed.demand.strands, *((table[0].sum(axis=0), table[1].sum(axis=0)) for table in (hours, own, alike))
    )
    need = need_of(accounts[0])
    return Comparison(
        names=names,
        harm=_crossed(accounts, weights),
        hours=(float(hours[0].sum()), float(hours[1].sum())),
        areas=lines["areas"],
        districts=lines["districts"],
        strands=by_strand,
        deciles=lines["deciles"],
        equity=(
            equity_of(hours[0].sum(axis=1), need, ground.decile),
            equity_of(hours[1].sum(axis=1), need, ground.decile),
        ),
    )


def _hours(planned: Planned, account: Account) -> F64:
    """Return hours by area and strand of all programmes, float64[area, strand]."""
    hours = account.hours.copy()
    for plan in planned.caseloads.values():
        posts = plan.problem.posts
        number = [planned.posed.demand.strands.index(name) for name in plan.problem.strands]
        np.add.at(hours, (posts.area, np.array(number)[posts.strand]), plan.hours)
    return hours


def _crossed(accounts: Sequence[Account], weights: Sequence[F64]) -> tuple[tuple[float, float], tuple[float, float]]:
    met = [account.met.sum(axis=0) for account in accounts]
    return (
        (float(met[0] @ weights[0]), float(met[0] @ weights[1])),
        (float(met[1] @ weights[0]), float(met[1] @ weights[1])),
    )


def _lines(
    labels: Sequence[str], hours: tuple[F64, F64], met: tuple[F64, F64], alike: tuple[F64, F64]
) -> tuple[Line, ...]:
    """Return a line for each label, in their order; numbers before words."""
    at: Mapping[str, int] = {name: number for number, name in enumerate(sorted(set(labels), key=_order))}
    group = np.array([at[name] for name in labels], dtype=np.int64)

    def sums(values: tuple[F64, F64]) -> list[tuple[float, float]]:
        both = [np.bincount(group, weights=one, minlength=len(at)).tolist() for one in values]
        return list(zip(*both, strict=True))

    columns = zip(at, sums(hours), sums(met), sums(alike), strict=True)
    return tuple(Line(name, held, gained, likewise) for name, held, gained, likewise in columns)


def _order(label: str) -> tuple[bool, int, str]:
    return (not label.isdigit(), int(label) if label.isdigit() else 0, label)
