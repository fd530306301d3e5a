"""How counts spread about their means: the joint model of areas and strands that every range is read off.

The count of area a (in district d) and strand s at horizon h, with mean m, is

    y | shocks  ~  negative binomial of mean  m x F x Fs x D x Ds  and dispersion  linear/m + square(h)

with four independent gamma shocks of mean 1: F of the force and Fs of the force by strand, D of the district and Ds of
the district by strand. Without the shocks the variance is m (1 + linear) + square(h) m^2: incidents come in clusters,
and areas have weeks of their own. The shocks make totals wider than independent areas would: for two cells i, j

    cov(y_i, y_j) = m_i m_j (prod(1 + v_k, over the shocks k that they share) - 1)

(for one such factor: Lawless 1987, Canadian Journal of Statistics 15:209). Variances grow with the horizon by a fixed
amount a period: the present level is known less well the further ahead one looks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from features.areas.areas import Areas
from features.areas.hierarchy import grouping

if TYPE_CHECKING:
    from models.forecaster import Forecast

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]

# A mean next to nothing would make the cluster part of the dispersion endless.
MOST_DISPERSION = 20.0
_FORCE = "force"


@dataclass(frozen=True, eq=False)
class Shock:
    """A variance that grows with the horizon.

    Attributes:
        variance: float64[n] at horizon 1; n is the number of strands, or 1 for what they share.
        growth: float64[n], added with every further period.
    """

    variance: F64
    growth: F64

    @classmethod
    def none(cls, n: int) -> Self:
        """Return no variance at any horizon."""
        return cls(np.zeros(n), np.zeros(n))

    def at(self, horizons: Sequence[int]) -> F64:
        """Return float64[horizon, n]."""
        result: F64 = (
            self.variance + np.subtract.outer(np.asarray(horizons, dtype=np.float64), 1.0)[:, None] * self.growth
        )
        return result

    def document(self) -> dict[str, list[float]]:
        """Return JSON values."""
        return {"variance": self.variance.tolist(), "growth": self.growth.tolist()}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return the shock of a document."""
        return cls(np.array(document["variance"], dtype=np.float64), np.array(document["growth"], dtype=np.float64))


@dataclass(frozen=True, eq=False)
class Spread:
    """The parameters of the joint model.

    Attributes:
        linear: float64[strand], by how much one area's variance exceeds its mean, as a share of the mean.
        square: Its part that grows with the square of the mean, by strand.
        district_strand: Shock of a district's strand, by strand.
        district: Shock of all strands of a district.
        force_strand: Shock of a strand everywhere, by strand.
        force: Shock of everything.
        once: float64[strand], share of a strand's count that remains when every incident is counted in one strand only.
    """

    linear: F64
    square: Shock
    district_strand: Shock
    district: Shock
    force_strand: Shock
    force: Shock
    once: F64

    @classmethod
    def independent(cls, dispersion: F64) -> Self:
        """Return the spread of areas that share nothing, of negative binomials of one dispersion a strand."""
        n = len(dispersion)
        none, one = Shock.none(n), Shock.none(1)
        return cls(np.zeros(n), Shock(dispersion, np.zeros(n)), none, one, none, one, np.ones(n))

    def own(self, mean: F64, horizons: Sequence[int]) -> F64:
        """Return the dispersion of one area's counts given the shocks, float64[..., horizon, area, strand]."""
        with np.errstate(divide="ignore", invalid="ignore"):
            clusters = np.where(self.linear > 0, self.linear / mean, 0.0)
        result: F64 = np.minimum(clusters + self.square.at(horizons)[:, None, :], MOST_DISPERSION)
        return result

    def shared(self, horizons: Sequence[int]) -> F64:
        """Return 1 + the variance of all four shocks together, float64[horizon, strand]."""
        result: F64 = (
            (1 + self.force.at(horizons))
            * (1 + self.force_strand.at(horizons))
            * (1 + self.district.at(horizons))
            * (1 + self.district_strand.at(horizons))
        )
        return result

    def dispersion(self, mean: F64, horizons: Sequence[int]) -> F64:
        """Return the dispersion of one area's counts, shocks included: variance = mean + dispersion x mean^2.

        Args:
            mean: float64[..., horizon, area, strand].
            horizons: Of that axis.
        """
        result: F64 = (1 + self.own(mean, horizons)) * self.shared(horizons)[:, None, :] - 1
        return result

    def of_strands(self, place: Sequence[int]) -> Self:
        """Return the spread of other strands: each takes what is at its place, or the mean of all where that is -1."""
        known = np.asarray(place) >= 0

        def taken(values: F64) -> F64:
            return np.asarray(np.where(known, values[np.asarray(place)], values.mean()), dtype=np.float64)

        def moved(shock: Shock) -> Shock:
            return Shock(taken(shock.variance), taken(shock.growth))

        by_strand = {name: moved(getattr(self, name)) for name in ("square", "district_strand", "force_strand")}
        return replace(self, linear=taken(self.linear), once=taken(self.once), **by_strand)

    def document(self) -> dict[str, Any]:
        """Return JSON values."""
        shocks = {name: getattr(self, name).document() for name in _SHOCKS}
        return {"linear": self.linear.tolist(), "once": self.once.tolist(), **shocks}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return the spread of a document.

        Raises:
            KeyError: It is none.
        """
        linear, once = (np.array(document[name], dtype=np.float64) for name in ("linear", "once"))
        return cls(linear=linear, once=once, **{name: Shock.of(document[name]) for name in _SHOCKS})


_SHOCKS = ("square", "district_strand", "district", "force_strand", "force")


def shock_groups(areas: Areas) -> I64:
    """Return for each area the index of the district (else of the next level that is known) whose shocks it shares.

    An area whose district is unknown, and every area where no level is, stands alone.
    """
    level = grouping(areas.parents)
    if level is None or level == _FORCE:
        return np.arange(len(areas))
    names = np.array([name or f"\0{i}" for i, name in enumerate(areas.parents[level])])
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def draws(forecast: "Forecast", areas: Areas, n: int, rng: np.random.Generator) -> I32:
    """Return joint draws of all counts, with which every range that is served agrees.

    What a shock has gathered by a horizon stays in it: further horizons add independent factors, so that draws of one
    area go together over the horizons too.

    Returns:
        int32[n, horizon, area, strand].
    """
    spread, horizons, mean = forecast.spread, forecast.horizons, forecast.mean
    groups = shock_groups(areas)
    own = spread.own(mean, horizons)
    districts = int(groups.max(initial=-1)) + 1
    result = np.empty((n, *mean.shape), dtype=np.int32)
    for k in range(n):
        shared = _path(spread.force, horizons, (1, 1), rng) * _path(
            spread.force_strand, horizons, (1, mean.shape[2]), rng
        )
        by_district = _path(spread.district, horizons, (districts, 1), rng)
        by_district = by_district * _path(spread.district_strand, horizons, (districts, mean.shape[2]), rng)
        expected = mean * shared * by_district[:, groups]
        result[k] = rng.poisson(expected * _gamma(own, rng))
    return result


def _path(shock: Shock, horizons: Sequence[int], shape: tuple[int, int], rng: np.random.Generator) -> F64:
    """Return a shock of each horizon, float64[horizon, *shape]: a week's own factor times all that gathered before."""
    at = np.broadcast_to(shock.at(horizons)[:, None, :], (len(horizons), *shape))
    first = shock.variance
    gathered = (1 + at) / (1 + first)
    steps = np.diff(gathered, axis=0, prepend=1.0) / np.concatenate([np.ones((1, *shape)), gathered[:-1]])
    level = np.cumprod(_gamma(steps, rng), axis=0)
    return np.asarray(level * _gamma(np.broadcast_to(first, at.shape), rng), dtype=np.float64)


def _gamma(variance: F64, rng: np.random.Generator) -> F64:
    """Return gamma variates of mean 1."""
    some = variance > 0
    shape = 1.0 / np.where(some, variance, 1.0)
    return np.where(some, rng.gamma(shape) / shape, 1.0)
