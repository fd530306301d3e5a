"""What happens in the twin agrees with the truth that is written down beside it."""

import numpy as np
import pytest

from experiments.twin.demand import simulate
from experiments.twin.patrols import Patrols
from experiments.twin.traits import draw_traits
from experiments.twin.world import Mates, Walk
from tests.support.twins import parameters, small_county, small_twin

SEEDS = range(1, 9)


def test_counts_agree_with_their_expectations_over_seeds() -> None:
    # Given the past, an area's week is negative binomial, so the sums of (count - expectation) over weeks, areas and
    # seeds are sums of uncorrelated departures.
    size = np.array([kind.dispersion for kind in parameters().kinds])[None, :, None]
    occurred, recorded = [], []
    for seed in SEEDS:
        demand = small_twin(seed, 12).demand
        mean = demand.intensity
        occurred.append(np.stack([demand.occurred - mean, mean + mean**2 / size]).sum(axis=(1, 3)))
        thinned = mean * demand.probability
        recorded.append(np.stack([demand.recorded - thinned, thinned + thinned**2 / size]).sum(axis=(1, 3)))
    for departures in (np.sum(occurred, axis=0), np.sum(recorded, axis=0)):
        z = departures[0] / np.sqrt(departures[1])
        assert np.abs(z).max() < 4
        # They scatter as they should: neither all near 0 nor wide.
        assert 0.6 < z.std() < 1.5


def test_the_truth_of_strands_agrees_with_the_records_that_stand() -> None:
    twins = [small_twin(seed, 12) for seed in SEEDS]
    for number, part in enumerate(twins[0].truth):
        counted = sum(float(twin.truth[number].counted.sum()) for twin in twins)
        expected = sum(float(twin.truth[number].recorded.sum()) for twin in twins)
        once = sum(float(twin.truth[number].once.sum()) for twin in twins)
        # Areas' weeks are over-dispersed: three times a Poisson's deviation at most, for all but the smallest strands.
        assert abs(counted - expected) < 5 * np.sqrt(expected) * 1.5, (part.feed, part.strand)
        assert 0 < once <= expected * (1 + 1e-9)


def test_more_occurs_than_is_recorded_and_trust_makes_the_difference() -> None:
    twin = small_twin(2, 52)
    demand = twin.demand
    assert np.all(demand.recorded <= demand.occurred)
    number = parameters().index("harassment")
    share = demand.recorded[:, number].sum(axis=0) / np.maximum(demand.occurred[:, number].sum(axis=0), 1)
    trust = twin.scene.traits.trust
    assert np.corrcoef(share, trust)[0, 1] > 0.4
    assert share[trust > 0.5].mean() > share[trust < -0.5].mean()


def test_patrol_hours_discover_crime() -> None:
    demand = small_twin(3, 52).demand
    number = parameters().index("drugs-possession")
    q = parameters().kinds[number].discovery
    hours = demand.hours.ravel()
    found, occurred = demand.found[:, number].ravel(), demand.occurred[:, number].ravel()
    groups = np.digitize(hours, np.quantile(hours, [0.5, 0.9]))
    shares = [found[groups == group].sum() / occurred[groups == group].sum() for group in range(3)]
    assert shares[0] < shares[1] < shares[2]
    usual = (occurred * (1 - np.exp(-q * hours))).sum()
    assert found.sum() == pytest.approx(usual, abs=4 * np.sqrt(usual))
    assert demand.found[:, parameters().index("burglary-home")].sum() == 0


def test_delivered_hours_are_those_of_the_visits() -> None:
    twin = small_twin()
    visits, hours = twin.demand.visits, twin.demand.hours
    summed = np.zeros(hours.shape)
    np.add.at(summed, (visits.week, visits.area), visits.delivered / 60)
    assert summed == pytest.approx(hours)
    assert (visits.delivered == 0).mean() == pytest.approx(1 - parameters().mechanisms.delivered, abs=0.02)


def test_usual_discovery_is_the_mean_over_weeks_without_feedback() -> None:
    traits = draw_traits(small_county(), parameters(), np.random.default_rng(1))
    patrols = Patrols.of(traits, traits.weights[0], parameters().mechanisms, small_county().share)
    rng = np.random.default_rng(2)
    nothing = np.zeros(len(small_county()))
    shares = []
    for week in range(300):
        visits = patrols.week(week, nothing, patrols.surged(len(nothing), rng), rng)
        shares.append(1 - np.exp(-0.1 * visits.hours(len(nothing))))
    usual = patrols.usual_discovery(0.1, rng)
    assert usual.mean() == pytest.approx(np.mean(shares), rel=0.05)


def test_mates_share_what_spreads_and_nothing_is_lost() -> None:
    mates = Mates.of(["a", "b", "a", "a", "c"])
    values = np.array([[4.0, 2.0, 0.0, 0.0, 1.0]])
    spread = mates.spread(values, 0.5)
    assert spread.sum() == pytest.approx(values.sum())
    assert spread[0].tolist() == [2.0, 2.0, 1.0, 1.0, 1.0]


def test_burglaries_repeat_near_and_soon() -> None:
    demand = small_twin(4, 104).demand
    departures = demand.occurred - demand.intensity

    def echo(kind: str) -> float:
        mine = departures[:, parameters().index(kind)]
        later = demand.intensity[1:, parameters().index(kind)]
        return float(np.corrcoef(mine[:-1].ravel(), (later - later.mean(axis=0)).ravel())[0, 1])

    assert echo("burglary-home") > 0.15
    assert abs(echo("fraud")) < 0.05


def test_a_walk_keeps_its_spread_and_its_factors_mean_one() -> None:
    rng = np.random.default_rng(1)
    walk = Walk.start(0.3, 0.9, (4000,), rng)
    factors = walk.steps(30, rng)
    assert factors.mean() == pytest.approx(1, abs=0.02)
    assert np.log(factors).std() == pytest.approx(0.3, abs=0.02)


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    twin = small_twin(1, 12)
    simulate(
        small_county(),
        twin.scene.traits,
        twin.events.crowds(twin.scene.weeks),
        twin.scene.weeks,
        parameters(),
        np.random.default_rng(1),
        lambda done, total: told.append((done, total)),
    )
    assert told[0] == (0, 25)
    assert told[-1] == (25, 25)
