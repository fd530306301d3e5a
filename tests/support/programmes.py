"""Small programmes of hours of every sort, each with hours that keep its rules."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from models.allocation.programme.posts import TOGETHER, Links, Posts
from models.allocation.programme.problem import Blocks, Kind, Objective, Problem, Rules, WorstWeeks
from models.allocation.programme.values import Met, Share, Value

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

FORMS = ("met", "share", "fading")
MEANS = st.sampled_from([0.0, 0.5, 3.0]) | st.floats(0.01, 12)
WEIGHTS = st.sampled_from([0.0, 1.0, 30.0]) | st.floats(0.1, 100)
DISPERSIONS = st.sampled_from([0.0, 0.3, 2.0])
# Seconds at the finest: nobody plans what no solver can tell from nothing.
HOURS = st.integers(0, 3600 * 12).map(lambda n: n / 3600)
SHARES = st.sampled_from([0.0, 0.5, 0.9, 1.0])


@dataclass(frozen=True)
class Case:
    """A problem, hours that keep all of its rules, and the whole shifts that they are made of, if they are."""

    problem: Problem
    witness: F64
    shifts: I64 | None = None


def rules(
    kind: Kind, matrix: Sequence[Sequence[float]] | F64, lower: Sequence[float] | F64, upper: Sequence[float] | F64
) -> Rules:
    """Return a family of rules."""
    names = tuple(f"{kind} {row}" for row in range(len(lower)))
    return Rules(
        kind=kind,
        names=names,
        places=tuple(f"resources.toml, {name}" for name in names),
        matrix=csr_matrix(np.asarray(matrix, dtype=np.float64)),
        lower=np.asarray(lower, dtype=np.float64),
        upper=np.asarray(upper, dtype=np.float64),
    )


def grid(
    areas: int,
    strands: int,
    resources: int,
    *,
    together: bool,
    minutes: F64,
    ceilings: F64 | None = None,
) -> tuple[Posts, Links]:
    """Return a post of every resource in every area, one a strand or one for all; cells are areas by strands.

    Minutes, float64[resource, area, strand], are those of an hour's unit of dose.
    """
    each = [
        (r, a, s) for r in range(resources) for a in range(areas) for s in ([TOGETHER] if together else range(strands))
    ]
    resource, area, strand = np.array(each, dtype=np.int64).reshape(-1, 3).T.copy()
    posts = Posts(resource.copy(), area.copy(), strand.copy())
    reached = [
        (post, s) for post, (_, _, own) in enumerate(each) for s in (range(strands) if own == TOGETHER else [own])
    ]
    post, column = np.array(reached, dtype=np.int64).reshape(-1, 2).T.copy()
    at = (resource[post], area[post], column)
    links = Links(
        post=post,
        cell=area[post] * strands + column,
        rate=60.0 / minutes[at],
        ceiling=None if ceilings is None else ceilings[at],
    )
    return posts, links


def problem_of(
    value: Value,
    posts: Posts,
    links: Links,
    families: Sequence[Rules],
    *,
    areas: int,
    objective: Objective = "reached",
    blocks: Blocks | None = None,
    worst: WorstWeeks | None = None,
) -> Problem:
    """Return a problem of areas A00, A01, ... by strands."""
    strands = len(value.mean) // areas
    return Problem(
        objective=objective,
        area_codes=tuple(f"A{number:02d}" for number in range(areas)),
        strands=tuple(f"S{number}" for number in range(strands)),
        resources=tuple(f"R{number}" for number in range(int(posts.resource.max()) + 1)),
        posts=posts,
        links=links,
        cell_area=np.repeat(np.arange(areas), strands),
        cell_strand=np.tile(np.arange(strands), areas),
        value=value,
        rules=tuple(families),
        blocks=blocks,
        worst=worst,
    )


@st.composite
def cases(
    draw: st.DrawFn, forms: Sequence[str] = FORMS, *, whole: bool = False, worst: bool = False, most_areas: int = 4
) -> Case:
    """Draw problems with limits of all kinds, drawn round hours that keep them all."""
    form = draw(st.sampled_from(forms))
    areas, strands = draw(st.integers(1, most_areas)), draw(st.integers(1, 3))
    resources = draw(st.integers(1, 2 if whole else 3))
    cells = areas * strands

    def many(values: st.SearchStrategy[float], n: int) -> F64:
        return np.array(draw(st.lists(values, min_size=n, max_size=n)))

    weight = np.tile(many(WEIGHTS, strands), areas)
    placing = np.where(weight == 0, 1e-6, 0.0) if draw(st.booleans()) else np.zeros(cells)
    mean, dispersion = many(MEANS, cells), many(DISPERSIONS, cells)
    value: Value = Met(weight, placing, mean, dispersion) if form == "met" else Share(weight, placing, mean)
    shape = (resources, areas, strands)
    minutes = many(st.sampled_from([20.0, 60.0, 240.0, 1200.0]), resources * cells).reshape(shape)
    ceilings = many(st.sampled_from([0.1, 0.5, 0.9]), resources * cells).reshape(shape) if form == "fading" else None
    posts, links = grid(areas, strands, resources, together=form != "met", minutes=minutes, ceilings=ceilings)
    witness, blocks, shifts = many(HOURS, len(posts)), None, None
    if whole:
        blocks, shifts, witness = draw(_whole(posts, witness))
    return Case(
        problem_of(
            value,
            posts,
            links,
            draw(_families(posts, witness)),
            areas=areas,
            objective="prevented" if form == "fading" else "reached",
            blocks=blocks,
            worst=draw(_weeks(mean, dispersion)) if worst else None,
        ),
        witness,
        shifts,
    )


@st.composite
def _whole(draw: st.DrawFn, posts: Posts, hours: F64) -> tuple[Blocks, I64, F64]:
    """Draw whole shifts of the first resource, and share their hours among its posts as hours would."""
    of_post = np.where(posts.resource == 0, 0, -1).astype(np.int64)
    length = np.array(draw(st.sampled_from([[8.0], [16.0], [8.0, 10.0]])))
    shifts = np.array([draw(st.integers(0, 2)) for _ in length], dtype=np.int64)
    inside, given = of_post == 0, float(length @ shifts)
    wanted = hours[inside] + (1.0 if hours[inside].sum() == 0 else 0.0)
    shared = hours.copy()
    shared[inside] = given * wanted / wanted.sum()
    return Blocks(("R0 at the force",), of_post, np.zeros(len(length), dtype=np.int64), length), shifts, shared


@st.composite
def _weeks(draw: st.DrawFn, mean: F64, dispersion: F64) -> WorstWeeks:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    draws = draw(st.integers(2, 12))
    heat = rng.gamma(1 / np.maximum(dispersion, 1e-3), np.maximum(dispersion, 1e-3), size=(draws, len(mean)))
    counts = rng.poisson(mean * heat).astype(np.int32)
    return WorstWeeks(counts, draw(st.sampled_from([0.5, 0.75, 0.9])), draw(st.sampled_from([0.0, 0.3, 0.7, 1.0])))


@st.composite
def _families(draw: st.DrawFn, posts: Posts, witness: F64) -> list[Rules]:
    """Draw rules that the witness keeps: totals always, the other kinds now and then."""
    total = (posts.resource[None, :] == np.arange(posts.resource.max() + 1)[:, None]).astype(np.float64)
    had = total @ witness
    families = [rules("total", total, np.zeros(len(had)), had + [draw(SHARES) * 4 for _ in had])]
    by_area = (posts.area[None, :] == np.arange(posts.area.max() + 1)[:, None]).astype(np.float64)
    by_strand = np.array([posts.strand == strand for strand in np.unique(posts.strand)], dtype=np.float64)
    first = (by_area[:1] * total[:1]).reshape(1, -1)
    cost = np.array([[draw(st.sampled_from([0.5, 1.0, 30.0])) for _ in witness]])
    disparity = by_area[:1] - draw(SHARES) * float((by_area[:1] @ witness)[0]) / max(float(witness.sum()), 1e-9)
    none, free = -np.inf, np.inf
    options: list[tuple[Kind, F64, F64, F64]] = [
        ("budget", cost, np.array([none]), cost @ witness * 1.1),
        ("ringfence", by_strand, draw(SHARES) * (by_strand @ witness), np.full(len(by_strand), free)),
        ("floor", by_area, draw(SHARES) * (by_area @ witness), np.full(len(by_area), free)),
        ("cover", first, draw(SHARES) * (first @ witness), np.array([free])),
        ("response", total[-1:], draw(SHARES) * (total[-1:] @ witness), np.array([free])),
        ("cap", np.eye(len(witness)), np.full(len(witness), none), witness + draw(SHARES) * 5),
        ("change", by_area, 0.7 * (by_area @ witness), 1.3 * (by_area @ witness)),
        ("disparity", disparity, np.array([0.0]), np.array([free])),
        ("lock", np.eye(len(witness))[:1], witness[:1], witness[:1]),
    ]
    for kind, matrix, lower, upper in options:
        # A row of nothing is no rule; hours that balance to the last bit are no rule that a solver can keep.
        if draw(st.integers(0, 2)) == 0 and (np.abs(matrix).max(axis=1) > 0).all():
            families.append(rules(kind, matrix, lower, upper))
    return families
