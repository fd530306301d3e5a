"""SYNTHETIC plans: made-up programmes of two districts with hours set by hand, for tests of what tells of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from models.allocation.choices import Choices
from models.allocation.papers.document import plan_document
from models.allocation.posed import Demand, Ground, Planned, Posed
from models.allocation.programme.plan import Plan
from models.allocation.programme.posts import TOGETHER, Links, Posts
from models.allocation.programme.problem import Problem, Rules
from models.allocation.programme.values import Met, Share
from models.runs import SPREAD, ForecastRun
from models.spread import Spread
from tests.support.plan_runs import resources

STRANDS = ("Burglary", "Fraud", "Violence")
WEIGHT = np.array([2.0, np.nan, 5.0])
CODES = tuple(f"A{number:02d}" for number in range(6))
DISTRICTS = ("East", "East", "East", "West", "West", "West")
MEAN = np.array(
    [[4.0, 1.0, 2.0], [2.0, 1.0, 1.0], [0.5, 1.0, 0.0], [3.0, 2.0, 2.5], [1.0, 1.0, 0.5], [0.25, 1.0, 0.25]]
)


def _resource(code: str, name: str, hours: str, more: str = "", kind: str = "team", owner: str = "police") -> str:
    meets = "minutes_an_incident = { low = 60, central = 180, high = 240 }"
    head = f'[[resource]]\ncode = "{code}"\nname = "{name}"\nkind = "{kind}"\nowner = "{owner}"\nsource = "made up"'
    return f'{head}\n{hours}\n{more}\n[resource.meets]\n{meets}\nsource = "made up"\n'


RESOURCES = resources(
    _resource("burglary", "Burglary team", "units = 2\nhours_a_unit = 10", "cost_an_hour = 40"),
    _resource("local", "Local policing", "hours_a_week = 40"),
    _resource("offenders", "Offender managers", "hours_a_week = 10", kind="caseload", owner="charity"),
)


def made_run(notices: Sequence[str] = ("synthetic",), spread: Spread | None = None) -> ForecastRun:
    """Return a run of the made-up demand, of which a fifth draws no patrols."""
    cells = len(CODES) * len(STRANDS)
    frame = pd.DataFrame(
        {
            "area_code": np.repeat(CODES, len(STRANDS)),
            "strand": np.tile(STRANDS, len(CODES)),
            "horizon": np.ones(cells, dtype=np.int64),
            "mean": MEAN.reshape(-1) * 1.25,
            "dispersion": 0.25,
            "patrol_share": 0.8,
        }
    )
    meta: dict[str, Any] = {
        "strands": list(STRANDS),
        "origin": "2026-03-02",
        "as_of": "2026-03-02",
        "period": "week",
        "model_version": "m1",
        "snapshot_hash": "abc",
        "notices": list(notices),
        "attribution": "Invented numbers.",
    }
    if spread is not None:
        meta[SPREAD] = spread.document()
    return ForecastRun("2026-03-02-0a", frame, meta, "audit-1")


def made_ground(names: Sequence[str] | None = None, decile: Sequence[float] = (1, 1, 2, 2, 3, 3)) -> Ground:
    """Return six areas in two districts."""
    return Ground(
        CODES,
        tuple(names or (f"Area {code}" for code in CODES)),
        {"district": DISTRICTS},
        ("urban",) * 6,
        np.array(decile, dtype=np.float64),
        np.full(6, 1500.0),
    )


def rules_of(
    kind: Any, rows: Mapping[str, np.ndarray[Any, Any]], lower: Sequence[float], upper: Sequence[float]
) -> Rules:
    """Return a family of rules."""
    names = tuple(rows)
    places = tuple(f"resources.toml, {name}" for name in names)
    matrix = csr_matrix(np.vstack(list(rows.values())).astype(np.float64))
    return Rules(kind, names, places, matrix, np.array(lower, dtype=np.float64), np.array(upper, dtype=np.float64))


def by_capacity(ground: Ground | None = None) -> Planned:
    """Return a plan of two teams by capacity and one by caseload, with a floor, a cap and hours left over."""
    resource = np.repeat([0, 1], [6, 12])
    area = np.concatenate([np.arange(6), np.repeat(np.arange(6), 2)])
    strand = np.concatenate([np.zeros(6, dtype=np.int64), np.tile([0, 2], 6)])
    posts = Posts(resource, area, strand)
    cell_area, cell_strand = np.repeat(np.arange(6), 2), np.tile([0, 2], 6)
    cell = area * 2 + (strand == 2)
    links = Links(np.arange(18), cell, np.where(resource == 0, 1 / 3.0, 1 / 4.0))
    value = Met(np.tile([2.0, 5.0], 6), np.zeros(12), MEAN[:, [0, 2]].reshape(-1), np.tile([0.3, 0.2], 6))
    first, second = (resource == 0).astype(float), (resource == 1).astype(float)
    west = np.isin(area, [3, 4, 5]).astype(float)
    rules = (
        rules_of("total", {"Burglary team": first, "Local policing": second}, [-np.inf, -np.inf], [20, 40]),
        rules_of("floor", {"West": west}, [25.5], [np.inf]),
        rules_of("cap", {code: (area == at).astype(float) for at, code in enumerate(CODES)}, [-np.inf] * 6, [18.0] * 6),
    )
    problem = Problem(
        "reached", CODES, STRANDS, ("burglary", "local"), posts, links, cell_area, cell_strand, value, rules
    )
    hours = np.array([6.1, 3.3, 0.6, 6.7, 2.2, 1.1, 2.6, 9.3, 0, 5.0, 0, 0, 2.7, 8.0, 2.0, 2.0, 0, 0.8])
    hours[7] = 18.0 - hours[0] - hours[6]
    prices = (np.array([0.4, 0.0]), np.array([-0.2]), np.array([0.1, 0, 0, 0, 0, 0]))
    plan = Plan(problem, hours, None, 60.0, "optimal", prices, approximate=False, programmes=1)
    demand = Demand(STRANDS, MEAN, np.full(MEAN.shape, 0.25), 1.0)
    posed = Posed(ground or made_ground(), demand, WEIGHT, problem, {"offenders": _caseload().problem})
    return Planned(posed, plan, {"offenders": _caseload()})


def by_presence(ground: Ground | None = None) -> Planned:
    """Return a plan of one patrol that serves all strands of an area together."""
    posts = Posts(np.zeros(6, dtype=np.int64), np.arange(6), np.full(6, TOGETHER))
    links = Links(np.arange(6), np.arange(6), np.full(6, 1 / 20.0))
    total = MEAN.sum(axis=1)
    value = Share(MEAN @ np.nan_to_num(WEIGHT) / total, np.zeros(6), total)
    rules = (rules_of("total", {"Local policing": np.ones(6)}, [-np.inf], [40.0]),)
    problem = Problem("reached", CODES, STRANDS, ("local",), posts, links, np.arange(6), np.full(6, -1), value, rules)
    hours = np.array([14.1, 6.2, 0.0, 13.9, 4.6, 1.2])
    plan = Plan(problem, hours, None, 40.0, "optimal", (np.array([0.3]),), approximate=False, programmes=4)
    demand = Demand(STRANDS, MEAN, np.full(MEAN.shape, 0.25), 1.0)
    return Planned(Posed(ground or made_ground(), demand, WEIGHT, problem, {}), plan, {})


def made_document(planned: Planned | None = None, **given: Any) -> dict[str, Any]:
    """Return the document of a plan, by default that of `by_capacity`."""
    parts: dict[str, Any] = {"resources": RESOURCES, "choices": Choices(), **given}
    run = parts.pop("run", None) or made_run()
    return plan_document(run, planned or by_capacity(), **parts)


def _caseload() -> Plan:
    posts = Posts(np.zeros(6, dtype=np.int64), np.arange(6), np.full(6, 2))
    links = Links(np.arange(6), np.arange(6), np.full(6, 1 / 2.0))
    value = Met(np.ones(6), np.zeros(6), MEAN[:, 2], np.full(6, 0.2))
    rules = (rules_of("total", {"Offender managers": np.ones(6)}, [-np.inf], [10.0]),)
    problem = Problem(
        "caseload", CODES, STRANDS, ("offenders",), posts, links, np.arange(6), np.full(6, 2), value, rules
    )
    hours = np.array([4.0, 1.5, 0.0, 4.0, 0.5, 0.0])
    return Plan(problem, hours, None, 5.0, "optimal", (np.array([0.1]),), approximate=False, programmes=1)
