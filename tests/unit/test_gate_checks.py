from dataclasses import replace

import numpy as np
import pytest

from features.configuration import validated_text
from models.distribution import randomised_pit
from tests.support.gates import AREAS, STRANDS, sample
from training.gate.checks import (
    CHALLENGER,
    CHAMPION,
    Check,
    Checks,
    Rule,
    at_most,
    below,
    meets,
    near,
    not_above,
    not_assessed,
)
from training.gate.sample import GRID, Cells, Pit, Sample
from training.gate.settings import GateFile, default_text
from training.gate.units import Units

LIMITS = validated_text(default_text().decode(), "gate.toml", GateFile).limits


def units(origins: int = 14, *, blocks: int = 0) -> Units:
    rng = np.random.default_rng(1)
    if blocks:
        return Units.of_blocks(blocks, 400, 0.9, rng, drawn="districts")
    return Units.of_origins(origins, 2, 400, 0.9, rng)


def outcomes(found: Sample, drawn: Units | None = None) -> dict[str, Check]:
    checks = Checks(found, drawn or units(), LIMITS)
    made = [*checks.worst(CHAMPION), *checks.calibration(), *checks.deciles(), *checks.against_champion()]
    return {f"{check.name}: {check.about}": check for check in made}


def named(found: Sample, name: str, drawn: Units | None = None) -> Check:
    [check] = [check for key, check in outcomes(found, drawn).items() if key.startswith(name)]
    return check


def test_a_model_that_is_truly_better_passes_and_one_that_is_worse_fails() -> None:
    better = outcomes(sample({CHALLENGER: 1.0, CHAMPION: 1.3}))
    assert {check.outcome for key, check in better.items() if "decile" not in key} == {"passed"}
    worse = named(sample({CHALLENGER: 1.3, CHAMPION: 1.0}), "CRPS: all")
    assert worse.outcome == "failed"
    assert worse.low is not None
    assert worse.low > 0


def test_a_tie_keeps_the_champion_and_a_simple_method_ties_with_itself() -> None:
    tie = sample({CHALLENGER: 1.0, CHAMPION: 1.0, "shrunken": 1.0})
    champion = named(tie, "CRPS: all")
    assert (champion.value, champion.low, champion.high, champion.outcome) == (0.0, 0.0, 0.0, "failed")
    simple = list(Checks(tie, units(), LIMITS).against_simple("shrunken"))
    assert [(check.value, check.outcome) for check in simple] == [(0.0, "passed")] * 2


def test_a_gain_of_chance_is_no_gain() -> None:
    # Off by one and the same amount, up and down: neither is better but by the draw of the counts.
    check = named(sample({CHALLENGER: 1.03, CHAMPION: 0.972}, origins=14), "CRPS: all")
    assert check.low is not None
    assert check.high is not None
    assert check.low < 0 < check.high
    assert check.outcome == "failed"


def test_the_worst_strand_and_district_are_found_behind_a_good_average() -> None:
    factor = np.ones((AREAS, len(STRANDS)))
    factor[:, 1] = 1.6
    strand = named(sample({CHALLENGER: factor, CHAMPION: np.array([1.6, 1.0])}), "CRPS, worst strand")
    assert (strand.about, strand.outcome) == ("robbery", "failed")
    factor = np.where(np.arange(AREAS) % 3 == 2, 1.6, 1.0)[:, None]
    district = named(sample({CHALLENGER: factor, CHAMPION: 1.1}), "CRPS, worst district")
    assert (district.about, district.outcome) == ("D2", "failed")


def test_what_is_unknown_is_not_assessed_and_never_passed() -> None:
    flat = sample({CHALLENGER: 1.0, CHAMPION: 1.2}, districts=0)
    assert named(flat, "CRPS, worst district").outcome == "not assessed"
    assert named(flat, "bias by deprivation decile").outcome == "not assessed"
    assert not named(flat, "CRPS, worst district").stands_in_the_way
    assert not_assessed("CRPS", "why", below(0.0), required=True).stands_in_the_way


def test_a_short_history_draws_districts_and_says_what_that_leaves_open() -> None:
    short = outcomes(sample({CHALLENGER: 1.0, CHAMPION: 1.3}, origins=3), units(blocks=3))
    assert short["CRPS: all strands"].outcome == "passed"
    open_ = [key for key, check in short.items() if check.outcome == "not assessed"]
    assert any("worst district" in key for key in open_)
    assert any("short history, too few totals" in key for key in open_)


@pytest.mark.parametrize(("factor", "outcome"), [(1.0, "passed"), (0.75, "failed")])
def test_a_decile_that_is_forecast_low_is_found(factor: float, outcome: str) -> None:
    deciles = 1 + (np.arange(AREAS) % 10).astype(np.float64)
    low = np.where(deciles == 1, factor, 1.0)[:, None]
    check = named(sample({CHALLENGER: low, CHAMPION: 1.2}, origins=40, deciles=deciles), "bias", units(40))
    assert check.outcome == outcome
    if factor < 1:
        assert check.about == "decile 1"
        assert check.value == pytest.approx(factor - 1, abs=0.08)


@pytest.mark.parametrize(("dispersion", "outcome"), [(1e-6, "passed"), (3.0, "failed")])
def test_ranges_that_are_too_wide_fail_by_pit_and_by_coverage(dispersion: float, outcome: str) -> None:
    rng = np.random.default_rng(4)
    shape = (20, 2, 12, 2)
    cells = Cells(
        rng.poisson(5.0, shape).astype(float), np.ones(shape, bool), np.full(shape, 5.0), np.full(shape, dispersion)
    )
    base = sample({CHALLENGER: 1.0, CHAMPION: 1.2}, origins=20)
    found = replace(base, areas=Pit.of("area", cells, np.arange(12) % 3), totals=())
    assert named(found, "PIT distance", units(20)).outcome == outcome
    assert named(found, "coverage of 80 %: area", units(20)).outcome == outcome


def test_the_expected_pit_is_the_mean_of_drawn_ones() -> None:
    rng = np.random.default_rng(5)
    shape = (1, 1, 4000, 1)
    cells = Cells(rng.poisson(1.5, shape).astype(float), np.ones(shape, bool), np.full(shape, 1.2), np.full(shape, 0.3))
    below_grid = cells.pit(np.zeros(4000, np.int64))[0, 0, 0] / 4000
    count, mean, spread = (values.reshape(-1) for values in (cells.count, cells.mean, cells.dispersion))
    drawn = np.concatenate([randomised_pit(count, mean, spread, rng) for _ in range(20)])
    np.testing.assert_allclose(below_grid, [(drawn <= level).mean() for level in GRID], atol=0.005)


def test_unseen_cells_say_nothing() -> None:
    shape = (2, 1, 3, 1)
    seen = np.ones(shape, bool)
    seen[1] = False
    cells = Cells(np.full(shape, 3.0), seen, np.full(shape, 2.0), np.full(shape, 0.1))
    for values in (cells.crps(), cells.deviance(), cells.pit(np.arange(3))):
        assert np.all(values[1] == 0)
        assert np.any(values[0] != 0)


def test_draws_of_origins_hold_as_many_as_there_are_in_runs() -> None:
    drawn = units(13)
    assert np.all(drawn.weights.sum(axis=1) == 13)
    assert drawn.drawn == "origins"
    # Neighbours come together: those at a distance do not.
    centred = drawn.weights - drawn.weights.mean(axis=0)
    beside = (centred * np.roll(centred, 1, axis=1)).mean()
    assert beside > 0.3 * (centred**2).mean()


@pytest.mark.parametrize(
    ("rule", "holds", "fails"),
    [
        (below(0.0), (-0.2, -0.1), (-0.1, 0.0)),
        (at_most(0.0), (-0.1, 0.0), (-0.1, 0.01)),
        (not_above(0.05), (0.04, 0.2), (0.051, 0.2)),
        (meets(0.74, 0.86), (0.5, 0.74), (0.87, 0.9)),
        (near(0.05), (-0.2, -0.05), (0.051, 0.2)),
    ],
)
def test_rules(rule: Rule, holds: tuple[float, float], fails: tuple[float, float]) -> None:
    assert rule.holds(*holds)
    assert not rule.holds(*fails)
