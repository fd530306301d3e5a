"""The demand of a plan: what of a forecast may draw patrols, and weeks drawn from its joint distribution."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from errors import AllocationError
from features.areas.areas import Areas
from models.allocation.posed import Demand, Ground
from models.allocation.posing.record import Recorded
from models.forecaster import Forecast
from models.runs import SPREAD, ForecastRun
from models.spread import Spread, draws

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
_MOST_FACTOR = 1000.0


def demand_of(known: Recorded, factors: Mapping[str, float], weeks: I32 | None = None) -> Demand:
    """Return the demand that may draw patrols.

    A share p of a negative binomial count that is drawn at random is negative binomial with the same dispersion.

    Args:
        known: The forecast.
        factors: Area to a factor of its demand.
        weeks: Drawn weeks of it, int32[week, area, strand].

    Raises:
        AllocationError: A factor is of no area, or no factor.
    """
    factor = np.ones(len(known.area_codes))
    for code, value in factors.items():
        if code not in known.area_codes:
            fix = f"use an area of the forecast, such as {known.area_codes[0]}"
            raise AllocationError(f"there is no area '{code}'", place="demand", fix=fix)
        if not (np.isfinite(value) and 0 <= value <= _MOST_FACTOR):
            fix = f"give a number from 0 to {_MOST_FACTOR:,.10g}"
            raise AllocationError(f"{value:g} is no factor of demand", place=f"demand of {code}", fix=fix)
        factor[known.area_codes.index(code)] = value
    mean = known.mean * known.share * factor[:, None]
    if weeks is not None and (factor != 1).any():
        # Drawing anew would move every other area too, and a question about one of them would be answered by chance.
        weeks = np.rint(weeks * factor[:, None]).astype(np.int32)
    return Demand(known.strands, mean, known.dispersion, known.weeks, weeks)


def drawn_weeks(run: ForecastRun, known: Recorded, ground: Ground, horizon: int, n: int, seed: int) -> I32:
    """Return joint draws of the demand that may draw patrols, int32[draw, area, strand].

    Counts are drawn as every served range is, and of each count the share that may draw patrols is drawn in turn.

    Raises:
        AllocationError: The run was recorded before its spread was.
    """
    document = run.meta.get(SPREAD)
    if document is None:
        problem = f"the forecast {run.run_id} was recorded before how its areas vary together was"
        fix = "forecast again, or plan without worst weeks"
        raise AllocationError(problem, place="[rules.worst_weeks]", fix=fix)
    order = [list(run.meta["strands"]).index(strand) for strand in known.strands]
    spread = Spread.of(document).of_strands(order)
    forecast = Forecast(known.mean[None], spread, (horizon,), None, "the recorded forecast")
    rng = np.random.default_rng(seed)
    counts = draws(forecast, _areas(ground), n, rng)[:, 0]
    return rng.binomial(counts, np.clip(known.share, 0.0, 1.0)).astype(np.int32)


def _areas(ground: Ground) -> Areas:
    n = len(ground.area_codes)
    unknown = np.full(n, np.nan)
    return Areas(
        codes=ground.area_codes,
        names=ground.names,
        parents=ground.parents,
        population=ground.population,
        hectares=unknown,
        deprivation_decile=ground.decile,
        points=np.full((n, 2), np.nan),
        neighbours=((),) * n,
    )
