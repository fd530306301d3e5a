"""Fitting how counts spread about their means, from forecasts that a model had not seen the counts of.

Every shock's variance is had from pairs of different areas: for cells i, j the expectation of (y_i - m_i)(y_j - m_j) is
m_i m_j (prod(1 + v_k) - 1) over the shocks k that both feel, whatever the areas' own dispersions are. So the sums over
pairs that share a strand, a district, both or neither give the four variances one after another, and the areas' own
noise cancels. What a single area has beyond that gives `linear` and `square` by weighted least squares.

A hold-out has few periods, a rare strand few incidents, and a variance of few terms is often found to be 0. So a moment
is never taken as it is: the strands' are joined with what all strands have together, and that with `PRIORS`, each prior
worth `PSEUDO_TERMS` terms (as the conjugate prior of a normal variance is, Gelman and others, Bayesian Data Analysis,
section 2.6). A term in which noise hides a variance v tells of it as much as (v / (v + noise))^2 terms without noise.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.areas.areas import Areas
from features.panel import Panel
from models.spread import Shock, Spread, shock_groups

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# An origin this many origins back counts half: the ranges follow what was missed of late.
HALF_LIFE = 52.0
# Typical misses of a period (standard deviations squared), believed before anything is seen; and their growth, as a
# share of the variance a period.
PRIORS = {"force": 0.03**2, "force_strand": 0.05**2, "district": 0.03**2, "district_strand": 0.05**2}
GROWTH = 0.08
# No shock is believed to be larger than this: misses of many times the mean would make ranges that hold nothing but 0.
LARGEST = 0.5
# A strand of which more than so many times what was forecast was recorded, and so many incidents on top, had only begun
# to be known: its misses tell nothing of a known strand's, and it takes what the others have.
BEGINNING = (2.0, 20.0)
# How many terms a prior is worth.
PSEUDO_TERMS = 8.0
# Neighbouring periods' misses go together: so many of them tell as much as one that stands alone.
MEMORY = 1.5
_PRIOR_LINEAR, _PRIOR_SQUARE = 0.02, 0.05


@dataclass(frozen=True)
class _Pairs:
    """Sums of products over pairs of different areas in each sample, by what the two cells share.

    Attributes:
        same: float64[origin, horizon, strand], same strand and district.
        apart: float64[origin, horizon, strand], same strand, other district.
        beside: float64[origin, horizon, 1], other strand, same district.
        far: float64[origin, horizon, 1], other strand, other district.
    """

    same: F64
    apart: F64
    beside: F64
    far: F64

    @classmethod
    def of(cls, values: F64, groups: I64) -> "_Pairs":
        """Sum over pairs of areas; values is float64[origin, horizon, area, strand]."""
        order = np.argsort(groups, kind="stable")
        first = np.flatnonzero(np.diff(groups[order], prepend=-1))
        district = np.add.reduceat(values[:, :, order], first, axis=2)
        cells, by_district = (values**2).sum(axis=2), (district**2).sum(axis=2)
        strand = values.sum(axis=2) ** 2
        area = (values.sum(axis=3) ** 2).sum(axis=2) - cells.sum(axis=2)
        beside = (district.sum(axis=3) ** 2).sum(axis=2) - by_district.sum(axis=2)
        everything = values.sum(axis=(2, 3)) ** 2 - strand.sum(axis=2)
        # Two strands of one area are left out: an incident that is counted in both would look like a shock.
        return cls(
            by_district - cells, strand - by_district, (beside - area)[..., None], (everything - beside)[..., None]
        )


@dataclass(frozen=True)
class _Moment:
    """Excess products over expected ones, for one kind of pairs.

    Attributes:
        excess: float64[horizon, n].
        expected: float64[horizon, n].
        noise: float64[n], variance of one term's relative miss without any shock.
        terms: How many independent terms there are at each horizon.
    """

    excess: F64
    expected: F64
    noise: F64
    terms: float

    def shock(self, horizons: Sequence[int], shared: F64, prior: float) -> Shock:
        """Return the shock beyond what is shared already.

        Args:
            horizons: Horizons.
            shared: float64[horizon, 1 or n], product of 1 + variance of the shocks that these pairs feel besides.
            prior: Variance that is believed in before.
        """
        n = self.excess.shape[1]
        if not np.any(self.expected > 0) or self.terms <= 0:
            # Areas that stand alone have nobody to share with.
            return Shock.none(n)
        found = (1 + self.excess / np.maximum(self.expected, 1e-12)) / shared - 1
        ahead = np.asarray(horizons, dtype=np.float64) - 1
        middle = float(ahead.mean())
        level = np.maximum(found.mean(axis=0), 0.0)
        if n > 1:
            # Strands differ, and each tells of itself no more than its own noise lets it.
            every = self.terms * (prior / (prior + self.noise)) ** 2
            prior = float(_joined(np.average(level, weights=every), every.sum(), prior))
        expected = np.maximum(level, prior)
        terms = self.terms * (expected / (expected + self.noise)) ** 2
        # The mean of the scaled inverse chi-squared that is then believed: what is not known of the variance widens
        # the range as well.
        middling = _joined(level, terms, prior) * (PSEUDO_TERMS + terms) / (PSEUDO_TERMS + terms - 2)
        middling = np.minimum(middling, LARGEST)
        growth = self._growth(found, middling, ahead) * middling
        # The line must not pass below half of its middle at horizon 1.
        growth = np.minimum(growth, 0.5 * middling / max(middle, 1.0))
        return Shock(middling - growth * middle, growth)

    def _growth(self, found: F64, middling: F64, ahead: F64) -> F64:
        """Return the growth a period as a share of the middle horizon's variance: one for all strands, float64[]."""
        off = ahead - ahead.mean()
        bend = float((off**2).sum())
        prior = GROWTH / (1 + GROWTH * float(ahead.mean()))
        if bend <= 0:
            return np.array(prior)
        slope = np.tensordot(off, found, 1) / bend / middling
        precision = self.terms * bend / 2 * (middling / (middling + self.noise)) ** 2
        joined = (slope * precision).sum() + 1 / prior
        return np.asarray(np.maximum(joined / (precision.sum() + 1 / prior**2), 0.0))


def fit_spread(
    count: F64, mean: F64, seen: NDArray[np.bool_], areas: Areas, horizons: Sequence[int], once: F64 | None = None
) -> Spread:
    """Fit the joint model.

    Args:
        count: float64[origin, horizon, area, strand], recorded; origins oldest first.
        mean: float64[origin, horizon, area, strand], forecast.
        seen: bool[origin, horizon, area, strand]; only cells that were observed count.
        areas: The areas.
        horizons: Of the second axis.
        once: float64[strand], see `Spread.once`; None where every incident has one strand.
    """
    strands = count.shape[3]
    recorded, expected = (np.where(seen, values, 0.0).sum(axis=(0, 1, 2)) for values in (count, mean))
    seen = seen & (recorded <= BEGINNING[0] * expected + BEGINNING[1])
    if not seen.any():
        return _believed(strands, once)
    kept = np.flatnonzero(seen.any(axis=(0, 2, 3)))
    horizons = tuple(horizons[int(k)] for k in kept)
    miss, mean = np.where(seen, count - mean, 0.0)[:, kept], np.where(seen, mean, 0.0)[:, kept]
    weight = 0.5 ** (np.arange(len(count))[::-1] / HALF_LIFE)
    groups = shock_groups(areas)
    residual, product = _Pairs.of(miss, groups), _Pairs.of(mean, groups)
    linear, total = _own(miss, mean, weight)
    terms = float(weight.sum() ** 2 / (weight**2).sum()) / MEMORY
    members = np.bincount(groups)
    districts = int((members > 1).sum())
    strand_mean = np.tensordot(weight / weight.sum(), mean.sum(axis=2).mean(axis=1), 1)
    noise = (1 + linear) / np.maximum(strand_mean, 1e-9)

    def moment(name: str, own_noise: F64, count_of: float) -> _Moment:
        excess, expected = (np.tensordot(weight, getattr(pairs, name), 1) for pairs in (residual, product))
        return _Moment(excess, expected, own_noise, count_of)

    # Of all strands together the noise is that of the whole count; a district has its share of it.
    everything = np.array([float((1 + linear).mean() / max(strand_mean.sum(), 1e-9))])
    force = moment("far", everything, terms).shock(horizons, np.ones((1, 1)), PRIORS["force"])
    known = 1 + force.at(horizons)
    force_strand = moment("apart", noise, terms).shock(horizons, known, PRIORS["force_strand"])
    within, many = max(len(members), 1), terms * max(districts, 1)
    district = moment("beside", everything * within, many).shock(horizons, known, PRIORS["district"])
    known = known * (1 + force_strand.at(horizons)) * (1 + district.at(horizons))
    district_strand = moment("same", noise * within, many).shock(horizons, known, PRIORS["district_strand"])
    known = known * (1 + district_strand.at(horizons))
    square = np.maximum((1 + total) / known.mean(axis=0) - 1, 1e-4)
    return Spread(
        linear,
        Shock(square, np.zeros(strands)),
        district_strand,
        district,
        force_strand,
        force,
        np.ones(strands) if once is None else once,
    )


def _believed(strands: int, once: F64 | None) -> Spread:
    """Return what is believed before anything is seen."""

    def shock(name: str, n: int) -> Shock:
        return Shock(np.full(n, PRIORS[name]), np.full(n, GROWTH * PRIORS[name]))

    return Spread(
        np.full(strands, _PRIOR_LINEAR),
        Shock(np.full(strands, _PRIOR_SQUARE), np.zeros(strands)),
        shock("district_strand", strands),
        shock("district", 1),
        shock("force_strand", strands),
        shock("force", 1),
        np.ones(strands) if once is None else once,
    )


def _own(miss: F64, mean: F64, weight: F64) -> tuple[F64, F64]:
    """Return by how much one area's variance exceeds its mean, as linear x mean + square x mean^2, by strand.

    Weighted least squares of miss^2 - mean on mean and mean^2, each drawn to what all strands have together.
    """
    gram, right = _normal_equations(miss, mean, weight)
    prior = np.array([_PRIOR_LINEAR, _PRIOR_SQUARE])
    together = _solved(gram.sum(axis=0), right.sum(axis=0), prior)
    found = np.array([_solved(gram[s], right[s], together) for s in range(len(gram))])
    return found[:, 0], found[:, 1]


def _normal_equations(miss: F64, mean: F64, weight: F64) -> tuple[F64, F64]:
    some = mean > 0
    # The variance of (y - m)^2 - m of a Poisson count is 2 m^2 + m; the horizons of an origin repeat each other.
    precision = weight[:, None, None, None] / (mean.shape[1] * np.where(some, mean + 2.5 * mean**2, 1.0)) * some
    above = miss**2 - mean
    axes = (0, 1, 2)
    gram = np.empty((mean.shape[3], 2, 2))
    gram[:, 0, 0] = (precision * mean**2).sum(axis=axes)
    gram[:, 0, 1] = gram[:, 1, 0] = (precision * mean**3).sum(axis=axes)
    gram[:, 1, 1] = (precision * mean**4).sum(axis=axes)
    right = np.stack([(precision * above * mean**k).sum(axis=axes) for k in (1, 2)], axis=-1)
    return gram, right


def _solved(gram: F64, right: F64, prior: F64) -> F64:
    """Return coefficients of 0 or more, drawn to a prior whose standard deviation is its mean."""
    ridge = 1.0 / np.maximum(prior, 1e-4) ** 2
    matrix, target = gram + np.diag(ridge), right + ridge * prior
    found = np.linalg.solve(matrix, target)
    for k in (0, 1):
        if found[k] < 0:
            other = 1 - k
            found = np.zeros(2)
            found[other] = max(target[other] / matrix[other, other], 0.0)
            break
    return np.asarray(found, dtype=np.float64)


def _joined(found: F64, terms: F64, prior: float) -> F64:
    """Return a variance of so many terms joined with what is believed before, that being worth `PSEUDO_TERMS` terms."""
    return np.asarray((PSEUDO_TERMS * prior + terms * found) / (PSEUDO_TERMS + terms), dtype=np.float64)


def once_share(panel: Panel) -> F64:
    """Return the share of each strand's count that remains when every incident is counted in one strand only."""
    counts, once = (values.sum(axis=(0, 1), dtype=np.float64) for values in (panel.counts, panel.once))
    return np.where(counts > 0, once / np.where(counts > 0, counts, 1.0), 1.0)
