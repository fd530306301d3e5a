"""SYNTHETIC runs and resources from a few numbers, for tests of plans."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from features.strands import Taxonomy
from models.allocation.resources import Resources, resources_of
from models.runs import ForecastRun

OPEN = Taxonomy("open", provisional=False, strands=())
STRANDS = ("asb", "burglary", "robbery")


def plan_run(
    mean: Sequence[Sequence[float]],
    *,
    strands: Sequence[str] = STRANDS,
    share: float = 1.0,
    dispersion: float = 0.5,
    horizons: int = 1,
    period: str = "week",
    meta: Mapping[str, Any] | None = None,
) -> ForecastRun:
    """Return a run of areas A0, A1, ... in districts D0 and D1 by turns; every horizon has the same mean."""
    expected = np.asarray(mean, dtype=np.float64)
    horizon, area, strand = (axis.reshape(-1) for axis in np.indices((horizons, *expected.shape)))
    codes = [f"A{number}" for number in range(len(expected))]
    frame = pd.DataFrame(
        {
            "area_code": pd.Categorical.from_codes(area.tolist(), categories=pd.Index(codes, dtype="str")),
            "strand": pd.Categorical.from_codes(strand.tolist(), categories=pd.Index(list(strands), dtype="str")),
            "horizon": horizon + 1,
            "mean": expected[area, strand],
            "dispersion": dispersion,
            "patrol_share": share,
        }
    )
    told = {
        "origin": "2024-07-01",
        "as_of": "2024-07-01",
        "period": period,
        "strands": list(strands),
        "districts": {code: f"D{number % 2}" for number, code in enumerate(codes)},
        "names": {code: f"Area {code}" for code in codes},
    }
    return ForecastRun("2024-07-01-made-up", frame, {**told, **(meta or {})}, "1-made-up")


def resource_text(
    code: str,
    kind: str = "team",
    *,
    hours: float = 100.0,
    more: str = "",
    meets: str = "minutes_an_incident = { low = 30, central = 60, high = 120 }",
    effect: str = "",
) -> str:
    """Return one resource as TOML; `more` are further keys of it, `effect` those of one effect."""
    own = f'[[resource]]\ncode = "{code}"\nname = "The {code}"\nkind = "{kind}"\nowner = "police"\n'
    parts = [
        f'{own}hours_a_week = {hours}\nsource = "made up"\n{more}\n',
        f'[resource.meets]\n{meets}\nsource = "made up"\n' if meets else "",
        f'[[resource.effect]]\n{effect}\nsource = "made up"\n' if effect else "",
    ]
    return "\n".join(parts)


def resources(*texts: str, head: str = "", weights: str = "weight_of_unlisted = 1") -> Resources:
    """Return resources of an open taxonomy; `head` are keys of the file, `weights` those of its harm weights."""
    return resources_of(f'version = 2\n{head}\n[harm]\nsource = "made up"\n{weights}\n' + "\n".join(texts), OPEN)
