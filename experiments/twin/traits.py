"""What the twin makes up about its areas: deprivation, town centres, trust in the police, and each kind's shares.

These are SYNTHETIC. Only the hierarchy, the population and the size of the areas are real.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from experiments.twin.county import County, Floats, groups
from experiments.twin.parameters import Parameters

_PEOPLE_A_CENTRE = 11_000.0
_ROAD_EXPONENT = 0.35


@dataclass(frozen=True, eq=False)
class Traits:
    """Made-up traits of each area.

    Attributes:
        deprivation: Standard scores, high is deprived.
        deciles: 1 (most deprived) to 10.
        deciles_given: The deciles come from a file and are not made up.
        centre: 0 for most areas; how much of a town centre the others are.
        trust: Standard scores; where it is low, less is reported.
        weights: Each kind's shares of the areas, summing to 1; float64[kind, area].
    """

    deprivation: Floats = field(repr=False)
    deciles: NDArray[np.int64] = field(repr=False)
    deciles_given: bool
    centre: Floats = field(repr=False)
    trust: Floats = field(repr=False)
    weights: Floats = field(repr=False)


def draw_traits(county: County, parameters: Parameters, rng: np.random.Generator) -> Traits:
    """Draw the traits of a county's areas."""
    given = not bool(np.isnan(county.deciles).any())
    drawn = _deprivation(county, rng)
    deprivation = norm.ppf((10.5 - county.deciles) / 10) if given else drawn
    ranks = np.argsort(np.argsort(-deprivation, kind="stable"), kind="stable")
    deciles = county.deciles.astype(np.int64) if given else 1 + ranks * 10 // len(county)
    centre = _centres(county, rng)
    trust = _standard(-0.5 * deprivation + rng.standard_normal(len(county)))
    exposures = {
        "people": county.population,
        "households": county.households,
        "road": np.maximum(county.hectares, 1.0) ** _ROAD_EXPONENT,
    }
    weights = np.empty((len(parameters.kinds), len(county)))
    # Half of what deprivation and centres leave open is common to all kinds: a busy place is busy for most of them.
    common = _nested(county, rng)
    for row, kind in zip(weights, parameters.kinds, strict=True):
        own = np.sqrt(0.5) * common + np.sqrt(0.5) * _nested(county, rng)
        row[:] = exposures[kind.exposure] * np.exp(
            kind.deprivation * deprivation + kind.centre * centre + kind.spread * own
        )
    weights /= weights.sum(axis=1, keepdims=True)
    return Traits(deprivation, deciles, given, centre, trust, weights)


def _nested(county: County, rng: np.random.Generator) -> Floats:
    """Return standard normal values that areas of one district and of one MSOA have in part in common."""
    total: Floats = np.sqrt(0.45) * rng.standard_normal(len(county))
    for names, share in ((county.districts, 0.12), (county.msoas, 0.43)):
        unique, index = groups(names)
        total += np.sqrt(share) * rng.standard_normal(len(unique))[index]
    return total


def _deprivation(county: County, rng: np.random.Generator) -> Floats:
    """Return standard scores that districts and neighbourhoods share in part and that rise a little with density."""
    density = _standard(np.log(county.population / np.maximum(county.hectares, 1.0)))
    return _standard(0.25 * density + _nested(county, rng))


def _centres(county: County, rng: np.random.Generator) -> Floats:
    """Return how much of a town centre each area is; each district has some, in its denser half."""
    centre = np.zeros(len(county))
    density = county.population / np.maximum(county.hectares, 1.0)
    unique, index = groups(county.districts)
    for number in range(len(unique)):
        inside = np.flatnonzero(index == number)
        dense = inside[density[inside] >= np.median(density[inside])]
        count = min(max(1, round(county.population[inside].sum() / _PEOPLE_A_CENTRE)), len(dense))
        chosen = rng.choice(dense, size=count, replace=False)
        # The first of a district is its town; the others are parades and stations.
        centre[chosen] = np.minimum(rng.gamma(2.0, 0.45, size=count), 2.2)
        centre[chosen[0]] = 2.4
    return centre


def _standard(values: Floats) -> Floats:
    scale = float(values.std())
    scores: Floats = (values - values.mean()) / (scale if scale > 0 else 1.0)
    return scores
