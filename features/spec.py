"""What a feature matrix holds: the one description that training and serving share."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal

from errors import DataError
from features.periods import PERIODS_A_YEAR, PeriodKind

Group = Literal[
    "own recent past", "own long-run level", "season", "neighbours", "strand-wide trend", "calendar", "context"
]
GROUPS: tuple[Group, ...] = (
    "own recent past",
    "own long-run level",
    "season",
    "neighbours",
    "strand-wide trend",
    "calendar",
    "context",
)


@dataclass(frozen=True)
class Offset:
    """The starting point of a forecast: a shrunken area rate, moved to the strand's present level.

    Attributes:
        rate_half_life: Half-life of the area's rate, in periods.
        level_half_life: Half-life of the strand's level over all areas, in periods; None: level, season and days are
            followed by `features.rhythm`, for weeks.
    """

    rate_half_life: float
    level_half_life: float | None


@dataclass(frozen=True)
class FeatureSpec:
    """A closed description of a feature matrix; its hash names it.

    Everything is counted back from the *origin*, so a lag is at least as long as the horizon whatever is asked for;
    what is counted back from the *target* (`season_half_widths`) is refused where it would reach past the origin.

    Attributes:
        kind: Period of the panel.
        horizons: Horizons of the rows, 1 = the period that begins at the origin.
        lags: Counts this many periods before the origin, 1 = the last period before it.
        windows: Means over the last so many periods.
        half_lives: Exponentially weighted means, by half-life in periods.
        rate_half_lives: Shrunken rates, as log ratios to the offset.
        long_run_half_life: Rates with at least this half-life explain the long-run level, shorter ones the recent past.
        neighbour_half_lives: Mean of the neighbours' shrunken rates, as log ratios to the offset.
        total_half_lives: (short, long): the area's rate over all strands, as a log ratio; empty for none.
        level_half_lives: The strand's level over all areas, as log ratios to the offset's level.
        season_half_widths: The strand's total round the target one year earlier, as a log ratio to that year's level.
        calendar: Whether to add the time of year, bank holidays, school terms and days in the period.
        context: Whether to add the horizon and the strand's mean rate.
        offset: The starting point; needed by every feature that is a ratio to it.
    """

    kind: PeriodKind
    horizons: tuple[int, ...] = (1,)
    lags: tuple[int, ...] = ()
    windows: tuple[int, ...] = ()
    half_lives: tuple[float, ...] = ()
    rate_half_lives: tuple[float, ...] = ()
    long_run_half_life: float = 26.0
    neighbour_half_lives: tuple[float, ...] = ()
    total_half_lives: tuple[float, ...] = ()
    level_half_lives: tuple[float, ...] = ()
    season_half_widths: tuple[int, ...] = ()
    calendar: bool = False
    context: bool = False
    offset: Offset | None = None

    def __post_init__(self) -> None:
        """Refuse a specification that would look ahead or that cannot be computed.

        Raises:
            DataError: A horizon, lag, window or half-life is not positive, a season reaches past the origin, or a ratio
                is asked for without an offset.
        """
        for name in ("horizons", "lags", "windows", "half_lives", "rate_half_lives", "neighbour_half_lives"):
            if any(value <= 0 for value in getattr(self, name)):
                raise DataError("must be positive", place=f"feature specification, {name}", fix="give 1 or more")
        if not self.horizons:
            raise DataError("is empty", place="feature specification, horizons", fix="give at least one horizon")
        year = PERIODS_A_YEAR[self.kind]
        for half_width in self.season_half_widths:
            if max(self.horizons) - 1 - year + half_width > -1:
                raise DataError(
                    f"a window of {half_width} round the target one year earlier reaches past the origin at horizon "
                    f"{max(self.horizons)}",
                    place="feature specification, season_half_widths",
                    fix=f"keep horizon + half width to {year} or less",
                )
        if self.follows_rhythm and self.kind != "week":
            fix = "give the offset a half-life of the level"
            raise DataError("the rhythm of strands is that of weeks", place="feature specification, offset", fix=fix)
        if self.offset is None and (self.rate_half_lives or self.neighbour_half_lives or self.level_half_lives):
            raise DataError("ratios need an offset", place="feature specification", fix="give an offset")

    @property
    def follows_rhythm(self) -> bool:
        """Whether the offset follows the strands' rhythm."""
        return self.offset is not None and self.offset.level_half_life is None

    @property
    def hash(self) -> str:
        """SHA-256 of the specification's canonical JSON."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def columns(self) -> tuple[tuple[str, Group], ...]:
        """Return the name and group of every column, in order."""
        named: list[tuple[str, Group]] = []
        named += [(f"count {lag} before", "own recent past") for lag in self.lags]
        named += [(f"mean of {window}", self._own(window / 2)) for window in self.windows]
        named += [(f"weighted mean {life:g}", self._own(life)) for life in self.half_lives]
        named += [(f"rate {life:g}", self._own(life)) for life in self.rate_half_lives]
        if self.offset:
            named.append(("log offset", "own long-run level"))
        named += [(f"neighbours' rate {life:g}", "neighbours") for life in self.neighbour_half_lives]
        if self.total_half_lives:
            named.append(("all strands here", "own recent past"))
        named += [(f"strand level {life:g}", "strand-wide trend") for life in self.level_half_lives]
        named += [(f"same time last year +-{width}", "season") for width in self.season_half_widths]
        if self.calendar:
            days = ("sine of year", "cosine of year", "bank holidays", "school", "days")
            named += [(name, "calendar") for name in days]
        if self.context:
            named += [("horizon", "context"), ("log strand mean", "context")]
        return tuple(named)

    def _own(self, half_life: float) -> Group:
        return "own long-run level" if half_life >= self.long_run_half_life else "own recent past"


def demand_spec(kind: PeriodKind, horizons: tuple[int, ...], *, neighbours: bool, seasons: bool) -> FeatureSpec:
    """Return the features of the pooled demand forecaster.

    The rate's half-life comes from `experiments/offset.py`; the other rates span a month to three years about it. Weeks
    follow the strands' rhythm (`experiments/rhythm.py`), which holds all that strands do over all areas: the trees see
    areas. Months are too few for it, and see the same times by ratios.

    Args:
        kind: Period.
        horizons: Horizons pooled in one model.
        neighbours: Whether neighbours are known for the areas.
        seasons: Whether a history of months is long enough (three years) to learn seasonal and strand-wide movements.
    """
    if kind == "week":
        return FeatureSpec(
            kind=kind,
            horizons=horizons,
            lags=(1, 2),
            rate_half_lives=(4, 8, 13, 26, 52, 156),
            neighbour_half_lives=(8, 26, 78) if neighbours else (),
            total_half_lives=(8, 78),
            context=True,
            offset=Offset(78, None),
        )
    return FeatureSpec(
        kind=kind,
        horizons=horizons,
        lags=(1,),
        rate_half_lives=(1, 3, 6, 36),
        long_run_half_life=6,
        neighbour_half_lives=(3, 18) if neighbours else (),
        total_half_lives=(2, 18),
        level_half_lives=(0.5, 3, 6) if seasons else (),
        season_half_widths=(0, 1) if seasons else (),
        calendar=seasons,
        context=True,
        offset=Offset(18, 1),
    )
