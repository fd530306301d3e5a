"""Posts, areas, and what is covered of strands, districts and deprivation deciles, as rows of a plan's document."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.allocation.papers.account import Account
from models.allocation.papers.quarters import Quarters
from models.allocation.papers.ranges import Ranges, group_of, interval
from models.allocation.posed import Ground
from models.allocation.programme.plan import Plan
from models.allocation.programme.posts import TOGETHER
from models.allocation.reasons.prices import AT_LIMIT

F64 = NDArray[np.float64]


def post_rows(plan: Plan, ground: Ground, account: Account | None, quarters: Quarters) -> list[dict[str, Any]]:
    """Return a row for each post that has hours; those on several strands say how hours are apportioned to them.

    Args:
        plan: The plan.
        ground: The areas.
        account: The plan's account; None for a team that is placed by caseload.
        quarters: The plan in quarter hours.
    """
    problem, posts = plan.problem, plan.problem.posts
    added = np.bincount(problem.links.post, problem.links.doses(plan.hours), len(posts))
    district = ground.district or ("",) * len(ground.area_codes)
    rows = []
    for at in np.flatnonzero((plan.hours > AT_LIMIT) | (quarters.hours > AT_LIMIT)).tolist():
        area, strand = int(posts.area[at]), int(posts.strand[at])
        row = {
            "area_code": problem.area_codes[area],
            "name": ground.names[area],
            "district": district[area],
            "strand": "together" if strand == TOGETHER else problem.strands[strand],
            "resource": problem.resources[int(posts.resource[at])],
            "hours": float(plan.hours[at]),
            "quarter_hours": float(quarters.hours[at]),
            "dose": float(added[at]),
        }
        if strand == TOGETHER and account is not None:
            parts = (plan.hours[at] * account.share[at]).tolist()
            row["apportioned"] = {name: hours for name, hours in zip(problem.strands, parts, strict=True) if hours > 0}
        rows.append(row)
    return rows


def area_rows(
    plan: Plan,
    ground: Ground,
    account: Account,
    posts: Sequence[Mapping[str, Any]],
    told: Mapping[str, Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Return a row for each area: hours by resource, what is expected and met by strand, and the reason.

    Args:
        plan: The plan of harm.
        ground: The areas.
        account: Its account.
        posts: Rows of all posts, those of caseloads too.
        told: Area code to status and reason.
    """
    hours: dict[str, dict[str, float]] = {code: {} for code in ground.area_codes}
    quarters = dict.fromkeys(ground.area_codes, 0.0)
    for post in posts:
        own = hours[post["area_code"]]
        own[post["resource"]] = own.get(post["resource"], 0.0) + post["hours"]
        quarters[post["area_code"]] += post["quarter_hours"]
    strands, district = plan.problem.strands, ground.district or ("",) * len(ground.area_codes)
    columns = (account.expected, account.met, account.harm.sum(axis=1), account.harm_met.sum(axis=1), ground.decile)
    rows = []
    for at, (expected, met, harm, reached, decile) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
        code = ground.area_codes[at]
        rows.append(
            {
                "area_code": code,
                "name": ground.names[at],
                **{level: names[at] for level, names in ground.parents.items()},
                "district": district[at],
                "area_type": ground.area_type[at],
                "decile": None if np.isnan(decile) else int(decile),
                "hours": float(sum(hours[code].values())),
                "quarter_hours": quarters[code],
                "hours_by_resource": hours[code],
                "expected": dict(zip(strands, expected, strict=True)),
                "met": dict(zip(strands, met, strict=True)),
                "harm": harm,
                "harm_met": reached,
                "harm_unmet": harm - reached,
                **told[code],
            }
        )
    return rows


def coverage(
    strands: Sequence[str], ground: Ground, account: Account, drawn: Ranges
) -> dict[str, list[dict[str, Any]]]:
    """Return what is covered by strand, district and decile; shares are of expected incidents and of expected harm."""
    unweighted = np.isnan(account.weight)
    by_strand = [
        {
            "strand": name,
            "weighted": not unweighted[at],
            "expected_range": interval(drawn.by_district[:, :, at].sum(axis=1)),
            **_covered(account, slice(None), slice(at, at + 1), weighted=not unweighted[at]),
        }
        for at, name in enumerate(strands)
    ]
    names, group = group_of(ground)
    deciles = sorted({int(value) for value in ground.decile if not np.isnan(value)})
    every = slice(None)
    return {
        "strands": by_strand,
        "districts": [
            {
                "district": name,
                "expected_range": interval(drawn.by_district[:, at].sum(axis=1)),
                **_covered(account, group == at, every),
                "strands": [
                    {
                        "strand": strand,
                        "weighted": not unweighted[column],
                        "expected_range": interval(drawn.by_district[:, at, column]),
                        **_covered(account, group == at, slice(column, column + 1), weighted=not unweighted[column]),
                    }
                    for column, strand in enumerate(strands)
                ],
            }
            for at, name in enumerate(names)
        ],
        "deciles": [{"decile": value, **_covered(account, ground.decile == value, every)} for value in deciles],
    }


def _covered(account: Account, areas: Any, strands: slice, *, weighted: bool = True) -> dict[str, Any]:
    """Return what is covered; of a strand without a harm weight no harm, which is not a harm of 0."""
    expected, met = (float(part[areas, strands].sum()) for part in (account.expected, account.met))
    harm, reached = (float(part[areas, strands].sum()) for part in (account.harm, account.harm_met))
    return {
        "hours": float(account.hours[areas, strands].sum()),
        "expected": expected,
        "met": met,
        "covered": met / expected if expected > 0 else None,
        "harm": harm if weighted else None,
        "harm_met": reached if weighted else None,
        "harm_unmet": harm - reached if weighted else None,
        "harm_covered": reached / harm if harm > 0 else None,
    }
