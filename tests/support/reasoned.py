"""Small programmes of several resources, invented, for tests of what is said of plans."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from models.allocation.programme.posts import TOGETHER, Links, Posts
from models.allocation.programme.problem import Kind, Problem, Rules
from models.allocation.programme.values import Met, Share

F64 = NDArray[np.float64]
STRANDS = ("burglary", "robbery", "violence")


@dataclass(frozen=True, eq=False)
class Invented:
    """An invented county: float64[area, strand] of means, weights, and hours of each resource."""

    mean: F64
    weight: F64
    hours: tuple[float, ...]
    minutes: tuple[float, ...] = (30.0, 45.0)
    dispersion: float = 0.4


def capacity(county: Invented, *extra: Rules) -> Problem:
    """Return a programme of posts by strand, each of whose hours meets incidents one by one."""
    areas, strands = county.mean.shape
    resource, area, strand = (axis.reshape(-1) for axis in np.indices((len(county.hours), areas, strands)))
    posts = Posts(resource.astype(np.int64), area.astype(np.int64), strand.astype(np.int64))
    rate = np.array([60.0 / county.minutes[number] * (1 + 0.1 * s) for number, s in zip(resource, strand, strict=True)])
    links = Links(np.arange(len(posts)), (area * strands + strand).astype(np.int64), rate)
    mean = county.mean.reshape(-1).astype(np.float64)
    value = Met(np.tile(county.weight, areas), np.zeros(len(mean)), mean, np.full(len(mean), county.dispersion))
    cell_area, cell_strand = (axis.reshape(-1).astype(np.int64) for axis in np.indices((areas, strands)))
    return _problem(county, posts, links, value, (cell_area, cell_strand), extra)


def presence(county: Invented, *extra: Rules, scale: float = 8.0) -> Problem:
    """Return a programme of posts on all strands together, whose hours reach a share of whatever comes."""
    areas = len(county.mean)
    resource, area = (axis.reshape(-1).astype(np.int64) for axis in np.indices((len(county.hours), areas)))
    posts = Posts(resource, area, np.full(len(area), TOGETHER, dtype=np.int64))
    rate: F64 = 1.0 / (scale * (1.0 + 0.5 * resource.astype(np.float64)))
    links = Links(np.arange(len(posts)), area, rate)
    mean = county.mean.sum(axis=1).astype(np.float64)
    weight = (county.mean @ county.weight) / np.where(mean > 0, mean, 1.0)
    value = Share(weight, np.zeros(areas), mean)
    cells = np.arange(areas, dtype=np.int64), np.full(areas, -1, dtype=np.int64)
    return _problem(county, posts, links, value, cells, extra)


def _problem(
    county: Invented,
    posts: Posts,
    links: Links,
    value: Met | Share,
    cells: tuple[NDArray[np.int64], NDArray[np.int64]],
    extra: tuple[Rules, ...],
) -> Problem:
    names = tuple(f"R{number}" for number in range(len(county.hours)))
    matrix = csr_matrix(np.array([posts.resource == number for number in range(len(names))], dtype=np.float64))
    hours = np.array(county.hours)
    places = tuple(f"resources.toml, {name}" for name in names)
    totals = Rules("total", names, places, matrix, np.full(len(names), -np.inf), hours)
    areas, strands = county.mean.shape
    return Problem(
        objective="reached",
        area_codes=tuple(f"A{number:02d}" for number in range(areas)),
        strands=STRANDS[:strands],
        resources=names,
        posts=posts,
        links=links,
        cell_area=cells[0],
        cell_strand=cells[1],
        value=value,
        rules=(totals, *extra),
    )


def area_rule(problem: Problem, kind: Kind, name: str, areas: tuple[int, ...], lower: float, upper: float) -> Rules:
    """Return a rule on the hours of some areas together."""
    row = np.isin(problem.posts.area, areas).astype(np.float64)[None, :]
    return Rules(kind, (name,), (f"rules, {name}",), csr_matrix(row), np.array([lower]), np.array([upper]))
