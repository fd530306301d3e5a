"""Monitoring on SYNTHETIC numbers: what a measure says of a steady strand, of a shifted one, and of too little."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from errors import DataError
from features.panel import Panel
from features.workspace import MONITOR
from models.monitoring import measures
from models.monitoring.meanings import MEANINGS
from models.monitoring.recorded import PIT_LEVELS, Scores
from models.monitoring.stability import stability, stability_index, watched
from models.monitoring.thresholds import Limits, Thresholds, default_text, load_thresholds
from models.monitoring.verdict import ALL, NOT_ASSESSED, OK, RETRAIN, SUSPEND, judged, margin, unknown, worst
from tests.support import panels

SHIPPED = load_thresholds(Path("nowhere") / MONITOR)
STRANDS = ("steady", "shifted")


def scores(weeks: int, ratio: float, seed: int = 1, areas: int = 100) -> Scores:
    """Return scores of forecasts of 1 an area; of the second strand so many times as much is recorded."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson([1.0, ratio], (weeks, areas, 2)).astype(np.float64)
    cells = np.full((weeks, 2), float(areas))
    uniform = rng.uniform(size=(weeks, areas, 2)) ** [1.0, ratio]
    pit = (uniform[..., None] <= PIT_LEVELS).sum(axis=1).astype(np.float64)
    own = np.abs(counts - 1).sum(axis=1)
    simple = {"shrunken": own * [1.05, 1 / ratio], "mean-all": own * 2}
    expected = np.full((weeks, 2), float(areas))
    return Scores(tuple(range(weeks)), ("r",) * weeks, STRANDS, cells, counts.sum(axis=1), expected, own, pit, simple)


def states(found: Scores | str, asked: Thresholds = SHIPPED) -> dict[tuple[str, str], str]:
    return {(v.strand, v.measure): v.state for v in measures.of_scores(found, STRANDS, asked, "week")}


def test_a_steady_strand_is_ok_and_a_shifted_one_is_suspended() -> None:
    found = states(scores(13, 2.0))
    assert [found["steady", name] for name in ("crps", "pit", "bias")] == [OK, OK, OK]
    assert [found["shifted", name] for name in ("crps", "pit", "bias")] == [SUSPEND, SUSPEND, SUSPEND]


def test_a_smaller_shift_asks_for_a_new_model_only() -> None:
    assert states(scores(13, 1.35))["shifted", "bias"] == RETRAIN


@pytest.mark.parametrize(("weeks", "areas"), [(5, 100), (13, 7)])
def test_too_few_weeks_or_cells_are_not_assessed_however_far_they_are_off(weeks: int, areas: int) -> None:
    assert set(states(scores(weeks, 9.0, areas=areas)).values()) == {NOT_ASSESSED}


def test_without_forecasts_nothing_is_ok() -> None:
    assert set(states("none was recorded").values()) == {NOT_ASSESSED}
    assert measures.best_methods("none was recorded", STRANDS) == {"steady": "shrunken", "shifted": "shrunken"}


def test_one_wild_week_is_no_evidence() -> None:
    found = scores(8, 1.0)
    wild = found.recorded.copy()
    wild[3] *= 6
    verdicts = measures.of_scores(replace(found, recorded=wild), STRANDS, SHIPPED, "week")
    bias = next(v for v in verdicts if v.measure == "bias")
    assert (bias.value or 0.0) > 1.5
    assert bias.state == OK


def test_the_best_simple_method_is_named_by_strand() -> None:
    assert measures.best_methods(scores(13, 2.0), STRANDS) == {"steady": "shrunken", "shifted": "shrunken"}
    found = scores(13, 2.0)
    better = replace(found, simple={**found.simple, "mean-all": found.crps * [0.5, 3.0]})
    assert measures.best_methods(better, STRANDS) == {"steady": "mean-all", "shifted": "shrunken"}


def test_the_interval_holds_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    above = [rng.normal(size=8) for _ in range(2000)]
    missed = np.mean([sample.mean() - margin(sample, 0.95) > 0 for sample in above])
    assert 0.035 < missed < 0.065


def test_a_threshold_is_passed_by_the_near_end_only() -> None:
    limits = Limits(retrain=1.0, suspend=2.0)
    assert judged("s", "crps", limits, 5.0, 0.9, "").state == OK
    assert judged("s", "crps", limits, 5.0, 1.1, "").state == RETRAIN
    assert judged("s", "crps", limits, 5.0, 2.1, "").state == SUSPEND
    assert judged("s", "crps", Limits(), 5.0, 2.1, "").state == OK
    assert judged("s", "crps", limits, float("nan"), 1.0, "").state == NOT_ASSESSED
    assert worst([OK, unknown(ALL, "age", "").state]) == NOT_ASSESSED


def test_the_index_is_the_textbook_s() -> None:
    index = stability_index(np.array([500.0, 500.0]), np.array([600.0, 400.0]))
    assert index == pytest.approx(0.1 * np.log(1.2) - 0.1 * np.log(0.8), rel=5e-3)
    assert stability_index(np.array([10.0, 20.0]), np.array([10.0, 20.0])) == pytest.approx(0.0, abs=1e-12)


def shifted(panel: Panel, at: int, ratio: float) -> Panel:
    counts = panel.counts.copy()
    counts[at:, :, 0] = np.rint(counts[at:, :, 0] * ratio)
    return Panel.of_counts(counts, panel.observed, "week", panel.first, panel.areas, panel.strands, panel.as_of)


def test_features_that_moved_are_told_from_those_that_did_not() -> None:
    panel = panels.panel(220, 40, seed=3)
    trained = panel.first + 200
    spec = watched(None, panel)

    def most(found: Panel) -> dict[str, float]:
        told = stability(spec, found, trained, 13, 6)
        assert not isinstance(told, str)
        excess: dict[str, float] = {}
        for item in told:
            excess[item.strand] = max(excess.get(item.strand, 0.0), item.index - item.usual)
        return excess

    steady, moved = most(panel), most(shifted(panel, 203, 0.2))
    first, second = panel.strands[:2]
    assert max(steady.values()) < 1.0 < moved[first]
    assert moved[second] < 1.0


def test_a_late_feed_has_not_moved() -> None:
    panel = panels.panel(220, 40, seed=3)
    observed = panel.observed.copy()
    observed[-5:, :, 0] = False
    counts = np.where(observed, panel.counts, 0.0).astype(np.float32)
    late = Panel.of_counts(counts, observed, "week", panel.first, panel.areas, panel.strands, panel.as_of)
    found = stability(watched(None, late), late, panel.first + 200, 13, 6)
    assert not isinstance(found, str)
    assert max(item.index - item.usual for item in found if item.strand == panel.strands[0]) < 1.0
    observed[-16:, :, 0] = False
    later = replace(late, observed=observed)
    told = stability(watched(None, later), later, panel.first + 200, 13, 6)
    verdicts = measures.of_stability(told, panel.strands, SHIPPED.features)
    assert {v.state for v in verdicts if v.strand == panel.strands[0]} == {NOT_ASSESSED}


def test_features_say_why_they_cannot_tell() -> None:
    panel = panels.panel(220, 10, seed=3)
    spec = watched(None, panel)
    assert "6 are needed" in str(stability(spec, panel, panel.first + 218, 13, 6))
    assert "too few" in str(stability(spec, panel, panel.first + 60, 13, 6))
    verdicts = measures.of_stability("why", panel.strands, SHIPPED.features)
    assert {v.state for v in verdicts} == {NOT_ASSESSED}


def test_a_level_shift_since_training_alarms_and_an_older_one_does_not() -> None:
    panel = shifted(panels.panel(200, 40, seed=4), 170, 0.5)
    strand = panel.strands[0]

    def state(trained: int) -> str:
        found = measures.of_levels(panel, panel.first + trained, SHIPPED.level_shift)
        return next(v.state for v in found if v.strand == strand)

    assert state(160) == SUSPEND
    assert state(190) == OK


def test_a_strand_too_thin_for_shifts_is_not_assessed() -> None:
    panel = panels.panel(30, 5, seed=4)
    assert {v.state for v in measures.of_levels(panel, panel.first + 20, SHIPPED.level_shift)} == {NOT_ASSESSED}


def test_late_feeds_and_age_are_counted_in_periods() -> None:
    panel = panels.panel(60, 5, seed=4)
    observed = panel.observed.copy()
    observed[-5:, :, 0] = False
    late = replace(panel, observed=observed)
    found = measures.of_lateness(late, panel, SHIPPED.late)
    assert [(v.value, v.state) for v in found[:2]] == [(5.0, RETRAIN), (0.0, OK)]
    # A feed that was as late when the model was trained is no later for that.
    assert measures.of_lateness(late, late, SHIPPED.late)[0].value == 0.0
    assert measures.of_age(panel, panel.first + 20, SHIPPED.age).state == RETRAIN
    assert measures.of_age(panel, panel.first + 50, SHIPPED.age).state == OK
    assert measures.of_age(panel, panel.first + 90, SHIPPED.age).state == NOT_ASSESSED


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("retrain = 1.01", "retrian = 1.01", "write 'retrain'"),
        ("suspend = 1.05", "suspend = 0.9", "suspend is below retrain"),
        ("periods = 13", "periods = 3", "nothing could ever be assessed"),
        ("[pit]", "[pti]", "unknown key 'pti'"),
    ],
)
def test_thresholds_that_cannot_be_used_say_why(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = default_text().decode()
    assert old in text
    (tmp_path / MONITOR).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=told):
        load_thresholds(tmp_path / MONITOR)


def test_every_measure_has_a_meaning_and_two_shipped_thresholds() -> None:
    for name in MEANINGS:
        limits = SHIPPED.of(name)
        assert limits.retrain is not None
        assert limits.suspend is not None


def test_shares_of_pit_lie_on_the_levels_where_ranges_hold_and_off_them_where_they_do_not() -> None:
    shares = measures.pit_shares(scores(40, 2.0), (*STRANDS, "never forecast"))
    assert sorted(shares) == ["shifted", "steady"]
    assert np.abs(np.array(shares["steady"]) - PIT_LEVELS).max() < 0.03
    assert np.abs(np.array(shares["shifted"]) - PIT_LEVELS).max() > 0.2
    assert measures.pit_shares("nothing to compare", STRANDS) == {}
