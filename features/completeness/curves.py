"""Delay curves: the share of a period's records that is usually in at each age, and how far that share can be trusted.

The chain ladder of reserving (Mack 1993, ASTIN Bulletin 23:213), which for counts is the estimator of a distribution
seen only up to its age (Lagakos, Barraj & De Gruttola 1988, Biometrika 75:515): of the records in by delay d, the share
g(d) came at d exactly; the share in at age a is the product of 1 - g(d) over the delays d beyond a.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

from features.completeness.delays import F64, Triangle
from features.incidents.incidents import Incidents

# From this share on a period counts as complete: it is not corrected, and forecasts may be measured on it.
COMPLETE = 0.98
# A period of which less is usually in is not used, nor one whose correction is less certain than this (standard
# deviation over the expected total, Poisson noise apart). Chosen by experiments.incomplete_weeks.
LEAST_SHARE = 0.5
LEAST_CERTAIN = 0.15
# Records that draw a strand's curve to its feed's: with so many at risk, half way.
PRIOR_RECORDS = 100.0
# Fewest settled periods that the spread of the shares can be learnt from, and how many draw it to the feed's.
FEWEST_SETTLED = 8
PRIOR_PERIODS = 13.0


@dataclass(frozen=True, eq=False)
class Curves:
    """Shares of records in by age, as learnt at one date.

    Attributes:
        share: float64[feed, strand, age], cumulative; ages beyond the last are complete.
        feed_share: float64[feed, age], over all strands.
        spread: float64[feed, strand, age], standard deviation of (still to come) / (recorded so far) between periods,
            what is uncertain of its mean included, Poisson noise apart; infinite where it cannot be known yet.
        feed_spread: float64[feed, age], the same of all strands together.
    """

    share: F64
    feed_share: F64
    spread: F64
    feed_spread: F64

    @property
    def usable(self) -> F64:
        """Return what counts are divided by, float64[feed, strand, age]: 1 if complete, 0 if not to be used."""
        certain = np.divide(LEAST_CERTAIN, self.share, out=np.full(self.share.shape, np.inf), where=self.share > 0)
        good = (self.share >= COMPLETE) | ((self.share >= LEAST_SHARE) & (self.spread <= certain))
        # A period is not used where one before it is not: the panel would have a hole.
        good = np.logical_and.accumulate(good[..., ::-1], axis=-1)[..., ::-1]
        return np.where(good, np.where(self.share >= COMPLETE, 1.0, self.share), 0.0)


def learn(found: Triangle) -> Curves:
    """Learn the curves of every feed and strand; thin strands are drawn to their feed."""
    kept = found.count * found.kept[:, None, :, None]
    whole = (found.whole * found.kept[:, :, None])[:, None]
    came, by_then = _developed(whole, found)
    step = _shares(came, by_then)
    own_came, own_by_then = _developed(kept, found)
    own = np.clip((own_came + PRIOR_RECORDS * step) / (own_by_then + PRIOR_RECORDS), 0.0, 1.0)
    share, feed_share = _cumulative(own), _cumulative(step)
    settled = _settled(feed_share, kept, found)
    common = _moments(whole, feed_share, settled)
    spread = _spread(_moments(kept, share, settled), common, share, own_by_then + PRIOR_RECORDS, settled)
    feed_spread = _spread(common, common, feed_share, np.maximum(by_then, 1.0), settled)
    return Curves(share, feed_share[:, 0], spread, feed_spread[:, 0])


def curves_of(incidents: Incidents, found: Triangle) -> Curves:
    """Learn the curves; a feed that gives months is complete at once."""
    curves = learn(found)
    monthly = np.array([feed.resolution == "month" for feed in incidents.feeds], dtype=np.bool_)
    for shares in (curves.share, curves.feed_share):
        shares[monthly] = 1.0
    for spreads in (curves.spread, curves.feed_spread):
        spreads[monthly] = 0.0
    return curves


def expected_range(recorded: F64, share: F64, spread: F64, levels: tuple[float, ...] = (0.1, 0.9)) -> F64:
    """Return quantiles of the final totals of periods of which part is in.

    What is still to come, given R recorded, is negative binomial with mean R q and variance R q (1 + q) + (R spread)^2
    for q = (1 - share) / share: Poisson noise of both parts, and the share's own spread.

    Args:
        recorded: float64[n], not negative.
        share: float64[n], above 0.
        spread: float64[n], finite.
        levels: In 0-1.

    Returns:
        float64[n, level].
    """
    odds = (1.0 - share) / share
    # Half an incident more, so that nothing recorded yet does not mean that nothing can come.
    base = recorded + 0.5
    mean = np.maximum(base * odds, 1e-12)
    variance = mean * (1.0 + odds) + (base * spread) ** 2
    size = mean**2 / np.maximum(variance - mean, 1e-9 * mean)
    chance = size / (size + mean)
    to_come = np.asarray(nbinom.ppf(np.asarray(levels), size[:, None], chance[:, None]), dtype=np.float64)
    return recorded[:, None] + to_come


def _developed(count: F64, found: Triangle) -> tuple[F64, F64]:
    """Return records that came at each delay, and those in by then, over the periods old enough to tell."""
    old_enough = found.age[:, None] >= np.arange(count.shape[3])[None, :]
    came = (count * old_enough).sum(axis=2)
    by_then = (np.cumsum(count, axis=3) * old_enough).sum(axis=2)
    return came, by_then


def _shares(came: F64, by_then: F64) -> F64:
    return np.clip(np.divide(came, by_then, out=np.zeros_like(came), where=by_then > 0), 0.0, 1.0)


def _cumulative(step: F64) -> F64:
    """Return the product of 1 - step over later delays, the last of which is complete."""
    stays = 1.0 - step
    stays[..., 0] = 1.0
    back = np.cumprod(stays[..., ::-1], axis=-1)[..., ::-1]
    return np.concatenate([back[..., 1:], np.ones_like(back[..., :1])], axis=-1)


def _spread(between: F64, common: F64, share: F64, at_risk: F64, settled: NDArray[np.bool_]) -> F64:
    """Return the spread of what was still to come over what was in, by age; infinite where too little is settled.

    Args:
        between: float64[feed, strand, age], variance of that ratio between periods.
        common: float64[feed, 1, age], the same of all strands together, which thin strands are drawn to.
        share: float64[feed, strand, age].
        at_risk: float64[feed, strand, age], records that the share rests on.
        settled: bool[feed, 1, period].
    """
    n = settled.sum(axis=2, keepdims=True)
    squared = (n * between + PRIOR_PERIODS * common) / (n + PRIOR_PERIODS)
    odds = np.divide(1.0 - share, share, out=np.full(share.shape, np.inf), where=share > 0)
    mean_error = odds * (1.0 + odds) / at_risk + squared / np.maximum(n, 1.0)
    return np.where((n >= FEWEST_SETTLED) & np.isfinite(odds), np.sqrt(squared + mean_error), np.inf)


def _settled(feed_share: F64, kept: F64, found: Triangle) -> NDArray[np.bool_]:
    """Return the periods of which next to nothing is still to come, bool[feed, 1, period]."""
    complete_at = np.argmax(feed_share >= COMPLETE, axis=-1)
    some = kept.sum(axis=(1, 3)) > 0
    settled: NDArray[np.bool_] = found.age[None, None, :] >= complete_at[:, :, None]
    settled &= (some & found.kept)[:, None, :]
    return settled


def _moments(count: F64, share: F64, settled: NDArray[np.bool_]) -> F64:
    """Return the variance, between settled periods, of what was still to come over what was in, by age.

    By moments, Pearson weights: with U still to come, R in and q the odds, sum((U - R q)^2 / R - q (1 + q)) / sum(R).
    """
    by_then = np.maximum(np.cumsum(count, axis=3), 0.0) * settled[..., None]
    to_come = by_then[..., -1:] - by_then
    odds = np.divide(1.0 - share, share, out=np.zeros_like(share), where=share > 0)[:, :, None, :]
    squared = np.divide((to_come - by_then * odds) ** 2, by_then, out=np.zeros_like(by_then), where=by_then > 0)
    excess = np.where(by_then > 0, squared - odds * (1.0 + odds), 0.0).sum(axis=2)
    total = by_then.sum(axis=2)
    between = np.divide(excess, total, out=np.zeros_like(total), where=total > 0)
    result: F64 = np.maximum(between, 0.0)
    return result
