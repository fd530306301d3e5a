"""A small ground with demand and two resources, from which tests build rules."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from models.allocation.choices import Choices
from models.allocation.posed import Demand, Ground
from models.allocation.programme.posts import TOGETHER, Posts
from models.allocation.programme.problem import Rules
from models.allocation.rules.asked import Asked, Placed
from models.allocation.rules.settings import RuleSettings

AREAS = ("E01", "E02", "E03", "E04", "E05")
DISTRICTS = ("Harlow", "Harlow", "Tendring", "Tendring", "")
STRANDS = ("Burglary", "Fraud")
# Incidents a week of each area and strand.
MEAN = np.array([[4.0, 1.0], [2.0, 1.0], [6.0, 2.0], [3.0, 1.0], [1.0, 0.0]])
FOOT = Placed("foot", "foot patrol", 400.0, STRANDS, cost_an_hour=40.0)
DESK = Placed("desk", "fraud team", 100.0, ("Fraud",), cost_an_hour=50.0, minutes={"Fraud": 120.0})


def ground(**changed: Any) -> Ground:
    """Return five areas, two in each of two districts and one in none."""
    decile = np.array([1.0, 2.0, 1.0, 2.0, np.nan])
    return replace(Ground(AREAS, AREAS, {"district": DISTRICTS}, ("any",) * 5, decile, np.full(5, 1500.0)), **changed)


def posts(resources: Sequence[Placed], *, together: Sequence[str] = ()) -> Posts:
    """Return every post of the resources: by strand, or for those named with all their strands together."""
    found = []
    for at, one in enumerate(resources):
        strands = [TOGETHER] if one.code in together else [STRANDS.index(name) for name in one.strands]
        found += [(at, area, strand) for area, strand in product(range(len(AREAS)), strands)]
    resource, area, strand = (np.array(column, dtype=np.int64) for column in zip(*found, strict=True))
    return Posts(resource, area, strand)


def asked(
    rules: dict[str, Any] | None = None,
    *,
    resources: Sequence[Placed] = (FOOT, DESK),
    together: Sequence[str] = (),
    weeks: float = 1.0,
    **changed: Any,
) -> Asked:
    """Return what rules are built from: the table [rules] and the resources, the rest as it is here."""
    demand = Demand(STRANDS, MEAN * weeks, np.ones_like(MEAN), weeks)
    settings = RuleSettings.model_validate(rules or {})
    where = posts(resources, together=together)
    whole = Asked(settings, ground(), demand, np.array([2.0, 1.0]), where, resources, Choices())
    return replace(whole, **changed)


def rows(rules: Rules | None) -> dict[str, tuple[float, float]]:
    """Return the limits of each row by its name."""
    if rules is None:
        return {}
    return dict(zip(rules.names, zip(rules.lower.tolist(), rules.upper.tolist(), strict=True), strict=True))


def chosen(rules: Rules | None, name: str, where: Posts) -> list[tuple[int, int, int]]:
    """Return the posts of a row: resource, area, strand."""
    assert rules is not None
    row = rules.matrix[rules.names.index(name)].nonzero()[1]
    return [(int(where.resource[at]), int(where.area[at]), int(where.strand[at])) for at in row]
