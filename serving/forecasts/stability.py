"""How stable the reasons of a forecast are: beside those of other forecasts of the same area and strand.

The other forecasts are those of the run's other periods, and those of the same period by the runs before it. Nothing is
computed but which way each multiplier points and between which values it lies.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from errors import ServiceError
from models.explanation.reasons import WORTH_SAYING
from models.kinds import FORECAST
from models.served.layout import Block
from models.served.read import ServedRun
from serving.access.caller import Scope
from serving.answers import Finding
from serving.desk import Desk
from serving.forecasts.reading import found_row

RUNS_BEFORE = 4
_PERIOD, _RUN = "another period of this run", "the same period by a run before"

Other = dict[str, Any]


def stability(desk: Desk, forecast_id: str, scope: Scope) -> Finding:
    """Find how stable the reasons of a forecast are.

    Raises:
        NoSuchRecordError: There is no such forecast, or not for this caller.
        ServiceError: The run was recorded before runs were prepared for reading.
    """
    run, position, (block, horizon, member, strand) = found_row(desk, forecast_id, scope)
    own = run.explanation(position)
    names = (block.codes[member], block.strands[strand])
    others = [*_of_periods(run, block, horizon, names), *_of_runs_before(desk, run, block, horizon, names)]
    groups = [_group(group, value, others) for group, value in own.multipliers.items()]
    named = [one for one in groups if one["named"]]
    document = {
        "forecast_id": forecast_id,
        "level": block.level,
        "area_code": names[0],
        "strand": names[1],
        "period_start": run.layout.period_starts[horizon],
        "method": own.method,
        "groups": groups,
        "named": len(named),
        "steady": sum(one["steady"] for one in named),
        "others": others,
        "sentence": _sentence(named, len(others)),
    }
    return Finding.of(document, f"{FORECAST}/{run.run_id}", details={"explained": position, "beside": len(others)})


def _of_periods(run: ServedRun, block: Block, horizon: int, names: tuple[str, str]) -> Iterator[Other]:
    for at in range(len(run.layout.horizons)):
        if at != horizon:
            yield _other(run, block, at, names, _PERIOD)


def _of_runs_before(desk: Desk, run: ServedRun, block: Block, horizon: int, names: tuple[str, str]) -> Iterator[Other]:
    """Yield the forecasts of the same row by the newest runs from earlier knowledge that were prepared for reading."""
    start = run.layout.period_starts[horizon]
    known = (str(run.meta["origin"]), str(run.meta["as_of"]))
    rows = [(str(one.meta["origin"]), str(one.meta["as_of"]), one.name) for one in desk.ledger.artefacts(FORECAST)]
    for *_, name in sorted((row for row in rows if row[:2] < known), reverse=True)[:RUNS_BEFORE]:
        try:
            earlier = desk.run(name)
        except ServiceError:
            continue
        other = next((one for one in earlier.layout.blocks if one.level == block.level), None)
        if other is None or start not in earlier.layout.period_starts:
            continue
        if names[0] in other.codes and names[1] in other.strands:
            yield _other(earlier, other, earlier.layout.period_starts.index(start), names, _RUN)


def _other(run: ServedRun, block: Block, horizon: int, names: tuple[str, str], beside: str) -> Other:
    member, strand = block.codes.index(names[0]), block.strands.index(names[1])
    position = block.first + (horizon * len(block.codes) + member) * len(block.strands) + strand
    told = run.explanation(position)
    return {
        "forecast_id": f"{run.run_id}:{position}",
        "beside": beside,
        "period_start": run.layout.period_starts[horizon],
        "origin": run.meta["origin"],
        "method": told.method,
        "mean": told.mean,
        "multipliers": dict(told.multipliers),
    }


def _group(group: str, value: float, others: list[Other]) -> dict[str, Any]:
    values = [value, *(one["multipliers"][group] for one in others if group in one["multipliers"])]
    return {
        "group": group,
        "multiplier": value,
        "lowest": min(values),
        "highest": max(values),
        "named": abs(value - 1) >= WORTH_SAYING,
        # On the same side of 1 everywhere.
        "steady": min(values) > 1 or max(values) < 1,
    }


def _sentence(named: Sequence[Mapping[str, Any]], others: int) -> str:
    """Return how stable the reasons are, in words."""
    if not others:
        return "There is no other forecast of this area and strand to set the reasons beside."
    beside = f"{others} other forecast{'s' if others > 1 else ''}"
    if not named:
        return f"No reason moved this forecast by 2 % or more, so there is none to set beside those of {beside}."
    steady = sum(one["steady"] for one in named)
    turning = [one["group"] for one in named if not one["steady"]]
    if len(named) == 1:
        way = "points" if steady else "does not point"
        return f"The one reason that moved it by 2 % or more {way} the same way in {beside}."
    told = f"Of the {len(named)} reasons that moved it by 2 % or more, {steady} point the same way in {beside}"
    return f"{told}; not so: {', '.join(turning)}." if turning else f"{told}."
