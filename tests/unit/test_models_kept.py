from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from errors import LedgerError, ModelError
from features.calendar import Calendar
from features.knowledge import Known
from features.panel import Panel
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.books import Books
from models.boosted import BoostingSettings
from models.bundle import Bundle, pack, unpack
from models.explanation.contributions import explain, explain_run
from models.explanation.later import LaterContributions
from models.ground import kept_ground
from models.registry import CHALLENGER, CHAMPION, Registered, load, register, resolve
from models.runs import SPREAD, ForecastRun, load_panel, load_run
from models.simple import fit_simple
from models.spread import Spread
from models.stand_in import Standing, in_force
from models.suspension import lift, suspend
from models.table import COLUMNS, EXPLANATION, cube, forecast_table, write_table
from models.week import first_to_come, notices_of, run_forecast
from tests.support import panels
from tests.support.forecast_runs import record_run, synthetic_workspace
from training.fit import FitPlan, fit_boosted

PANEL = panels.panel(110, 6, districts=2)
QUICK = FitPlan(30, 80, 2, 20, BoostingSettings(rounds=20, rows_in_leaf=20))


@pytest.fixture(scope="module")
def boosted() -> Registered:
    return Registered(
        "boosted-x", fit_boosted(PANEL, (1, 2), Calendar("GB-ENG"), seed=1, plan=QUICK).model, PANEL.origin
    )


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(f"sqlite:///{tmp_path / 'w.db'}", lambda: datetime(2026, 1, 1, tzinfo=UTC))


def test_a_model_comes_back_from_its_files_to_the_bit(boosted: Registered) -> None:
    for model in (boosted.model, fit_simple("shrunken", PANEL, (1, 2))):
        again = unpack(pack(model, {"seed": 1}))
        np.testing.assert_array_equal(again.forecast(PANEL).mean, model.forecast(PANEL).mean)
        assert again.forecast(PANEL).spread.document() == model.forecast(PANEL).spread.document()
        np.testing.assert_array_equal(again.forecast(PANEL).dispersion, model.forecast(PANEL).dispersion)


def test_trees_that_were_changed_are_refused_before_they_are_parsed(boosted: Registered) -> None:
    bundle = pack(boosted.model, {})
    with pytest.raises(ModelError, match="not those of the manifest"):
        unpack(Bundle(bundle.manifest, bundle.booster.replace(b"leaf_value=0", b"leaf_value=9", 1) + b" "))
    with pytest.raises(ModelError, match="cannot be read"):
        unpack(Bundle(b"{", b""))


def test_a_registered_model_is_challenger_and_there_is_no_champion(
    ledger: Ledger, files: FileStore, boosted: Registered
) -> None:
    with pytest.raises(ModelError, match="no champion yet"):
        resolve(ledger, CHAMPION)
    register(ledger, files, "v1", pack(boosted.model, {}), origin=PANEL.origin, actor="ann", details={})
    assert resolve(ledger, CHALLENGER) == "v1"
    with pytest.raises(ModelError, match="no champion yet"):
        load(ledger, files, CHAMPION)


def test_a_model_file_that_was_changed_is_not_loaded(
    ledger: Ledger, files: FileStore, boosted: Registered, tmp_path: Path
) -> None:
    register(ledger, files, "v1", pack(boosted.model, {}), origin=PANEL.origin, actor="ann", details={})
    trees = tmp_path / ledger.artefact("booster", "v1").path
    trees.write_bytes(trees.read_bytes()[:-200])
    with pytest.raises(LedgerError):
        load(ledger, files, "v1")


def test_a_run_is_recorded_before_it_is_returned_and_the_same_run_is_kept_once(
    ledger: Ledger, files: FileStore, boosted: Registered
) -> None:
    first, second = (
        run_forecast(
            Known(PANEL, "snapshot"),
            in_force(boosted, ledger),
            notices=["proxy"],
            attribution="SYNTHETIC",
            ledger=ledger,
            files=files,
            actor="ann",
        )
        for _ in range(2)
    )
    assert first.run_id == second.run_id
    assert [e.draft.operation for e in ledger.events(newest_first=False)] == ["combination", "consultation"]
    kept = load_run(ledger, files)
    assert kept.audit_id == first.audit_id
    np.testing.assert_array_equal(kept.frame["mean"], first.frame["mean"])
    assert ledger.verify(files).ok


def test_a_run_is_repeated_from_the_panel_that_was_kept_beside_it(
    ledger: Ledger, files: FileStore, boosted: Registered
) -> None:
    simple = Registered("simple-x", fit_simple("shrunken", PANEL, (1, 2)), PANEL.origin)

    def forecast(panel: Panel, champion: Registered) -> ForecastRun:
        known = Known(panel, "snapshot")
        return run_forecast(
            known, in_force(champion, ledger), notices=[], attribution="", ledger=ledger, files=files, actor="ann"
        )

    for champion in (boosted, simple):
        run = forecast(PANEL, champion)
        again = forecast(load_panel(ledger, files, run.run_id), champion)
        # The name holds the hash of the table's bytes.
        assert (again.run_id, again.meta) == (run.run_id, run.meta)
        pd.testing.assert_frame_equal(again.frame, run.frame, check_exact=True)
    # Two models asked from one panel: it is kept once.
    assert len(ledger.artefacts("panel")) == 1


def recorded(ledger: Ledger, files: FileStore, champion: Registered) -> ForecastRun:
    known, standing = Known(PANEL, "s"), in_force(champion, ledger)
    return run_forecast(known, standing, notices=[], attribution="", ledger=ledger, files=files, actor="ann")


def test_a_run_keeps_its_ground_and_how_its_counts_vary_together(
    ledger: Ledger, files: FileStore, boosted: Registered
) -> None:
    meta = recorded(ledger, files, boosted).meta
    kept = kept_ground(load_run(ledger, files).meta, ("A001", "A000"))
    assert kept.parents == {"district": ("D1", "D0")}
    assert np.isnan(kept.population).all()
    spread = boosted.model.forecast(PANEL).spread
    assert Spread.of(meta[SPREAD]).document() == spread.document()


def test_contributions_of_later_horizons_are_computed_when_asked_for_and_give_the_served_mean(
    ledger: Ledger, files: FileStore, boosted: Registered, tmp_path: Path
) -> None:
    version = "boosted-x"
    register(ledger, files, version, pack(boosted.model, {}), origin=PANEL.origin, actor="ann", details={})
    run = run_forecast(
        Known(PANEL, "s"),
        in_force(boosted, ledger),
        notices=[],
        attribution="",
        ledger=ledger,
        files=files,
        actor="ann",
    )
    kept = run.frame[run.frame["base"].notna()]
    assert kept["horizon"].unique().tolist() == [1]
    assert kept[list(EXPLANATION)].notna().all(axis=None)
    later = LaterContributions(ledger, files)
    rows = later.rows(run, 2)
    assert rows["mean"].tolist() == run.frame.loc[run.frame["horizon"] == 2, "mean"].tolist()
    np.testing.assert_allclose(rows[list(EXPLANATION)].prod(axis=1), rows["mean"], rtol=1e-9)
    asked = {"area_code": PANEL.areas.codes[1], "strand": "strand 0", "actor": "ann"}
    assert explain_run(ledger, files, None, horizon=None, **asked).horizon == 1
    explained = explain_run(ledger, files, None, horizon=2, **asked)
    assert ledger.event(explained.audit_id).draft.details["horizon"] == 2
    with pytest.raises(ModelError, match="has no horizon 3"):
        explain_run(ledger, files, None, horizon=3, **asked)
    trees = tmp_path / ledger.artefact("booster", version).path
    trees.write_bytes(trees.read_bytes()[:-200])
    later.rows(run, 2)
    with pytest.raises(LedgerError):
        LaterContributions(ledger, files).rows(run, 2)


def test_later_contributions_of_a_suspended_strand_are_those_of_the_method_that_stood_in(
    ledger: Ledger, files: FileStore, boosted: Registered
) -> None:
    register(ledger, files, boosted.version, pack(boosted.model, {}), origin=PANEL.origin, actor="ann", details={})
    books = Books(ledger, files, "ann")
    suspend(books, boosted.version, {"strand 0": "shrunken"}, reason="drift", as_of=PANEL.origin, monitoring="m")
    run = recorded(ledger, files, boosted)
    assert run.meta["suspended"] == {"strand 0": "shrunken"}
    lift(books, boosted.version, reason="mended", as_of=PANEL.origin)
    rows = LaterContributions(ledger, files).rows(run, 2)
    np.testing.assert_allclose(rows[list(EXPLANATION)].prod(axis=1), rows["mean"], rtol=1e-9)


def test_contributions_that_do_not_give_the_served_mean_are_refused(
    ledger: Ledger, files: FileStore, boosted: Registered
) -> None:
    register(ledger, files, "boosted-x", pack(boosted.model, {}), origin=PANEL.origin, actor="ann", details={})
    run = run_forecast(
        Known(PANEL, "s"),
        in_force(boosted, ledger),
        notices=[],
        attribution="",
        ledger=ledger,
        files=files,
        actor="ann",
    )
    served = run.frame.assign(mean=run.frame["mean"] * (1 + 1e-6))
    with pytest.raises(ModelError, match="do not multiply to the mean that was served"):
        LaterContributions(ledger, files).rows(replace(run, frame=served), 2)


def test_contributions_are_kept_for_the_first_period_still_to_come() -> None:
    assert first_to_come(PANEL, (1, 2, 3)) == 1
    assert first_to_come(replace(PANEL, as_of=PANEL.origin + timedelta(days=1)), (1, 2, 3)) == 2
    assert first_to_come(replace(PANEL, as_of=PANEL.origin + timedelta(days=70)), (1, 2, 3)) == 3


def test_a_run_of_the_time_before_panels_were_kept_says_so(tmp_path: Path) -> None:
    workspace = synthetic_workspace(tmp_path / "w")
    run_id = record_run(workspace)
    ledger = Ledger.open(workspace.database_url, lambda: datetime(2026, 1, 1, tzinfo=UTC))
    with ledger, pytest.raises(ModelError, match="before panels were kept"):
        load_panel(ledger, FileStore(workspace.root), run_id)


def test_no_record_no_forecast(tmp_path: Path, files: FileStore, boosted: Registered) -> None:
    class Full(Ledger):
        def append(self, *args: object, **kwargs: object) -> None:  # type: ignore[override]
            raise LedgerError("the disk is full")

    broken = Full.open(f"sqlite:///{tmp_path / 'full.db'}", lambda: datetime(2026, 1, 1, tzinfo=UTC))
    champion = in_force(boosted, broken)
    with pytest.raises(LedgerError, match="full"):
        run_forecast(Known(PANEL, "s"), champion, notices=[], attribution="", ledger=broken, files=files, actor="ann")


def test_the_table_holds_the_contract_and_its_cube(tmp_path: Path, boosted: Registered) -> None:
    forecast = boosted.model.forecast(PANEL)
    table = forecast_table(forecast, PANEL, level="area", model_version="v", notices=["proxy", "synthetic"])
    values, codes, strands, horizons = cube(table)
    np.testing.assert_array_equal(values, forecast.mean)
    assert (codes, strands, horizons) == (PANEL.areas.codes, PANEL.strands, (1, 2))
    for name in ("f.csv", "f.parquet"):
        write_table(table, tmp_path / name)
    assert (tmp_path / "f.csv").read_text().splitlines()[0] == ",".join(COLUMNS)
    assert set(table["notices"]) == {"proxy;synthetic"}


def test_totals_are_coherent_in_the_mean(boosted: Registered) -> None:
    forecast = boosted.model.forecast(PANEL)
    bottom = forecast_table(forecast, PANEL, level="area", model_version="v")
    for level in ("district", "force"):
        upper = forecast_table(forecast, PANEL, level=level, model_version="v")
        together = upper["strand"].astype(str) == "all strands"
        assert upper.loc[~together, "mean"].sum() == pytest.approx(bottom["mean"].sum())
        assert upper.loc[together, "mean"].sum() == pytest.approx(bottom["mean"].sum())


def test_an_explanation_gives_the_mean_back_and_says_relied_on(boosted: Registered) -> None:
    frame = forecast_table(boosted.model.forecast(PANEL, explain=(1, 2)), PANEL, level="area", model_version="v")
    one = explain(frame.iloc[[3]])
    product = one.base * np.prod(list(one.multipliers.values())) * one.calibration
    assert product == pytest.approx(one.mean, rel=1e-9)
    assert "relied on" in one.sentence()
    assert "because" not in one.sentence()
    total = explain(frame[(frame["strand"] == "strand 0") & (frame["horizon"] == 1)])
    assert total.members == 6
    weights = frame[(frame["strand"] == "strand 0") & (frame["horizon"] == 1)]
    expected = np.exp(np.average(np.log(weights["x_neighbours"]), weights=weights["mean"]))
    assert total.multipliers["neighbours"] == pytest.approx(expected)


def test_an_explanation_that_does_not_multiply_back_is_refused(boosted: Registered) -> None:
    frame = (
        forecast_table(boosted.model.forecast(PANEL, explain=(1, 2)), PANEL, level="area", model_version="v")
        .iloc[[0]]
        .copy()
    )
    frame["x_season"] = frame["x_season"] * (1 + 1e-6)
    with pytest.raises(ModelError, match="multiplies to"):
        explain(frame)


def test_a_run_says_what_stands_against_it(boosted: Registered) -> None:
    champion = Standing(boosted.version, boosted.model, boosted.origin)
    late = replace(PANEL, as_of=PANEL.origin + timedelta(days=14))
    assert notices_of(PANEL, champion, synthetic=False, proxies=["other"]) == []
    assert notices_of(late, champion, synthetic=True, proxies=["strand 0"]) == ["late-data", "proxy", "synthetic"]
    before = replace(PANEL.until(PANEL.first + 100), as_of=PANEL.until(PANEL.first + 100).origin)
    assert notices_of(before, champion, synthetic=False, proxies=[]) == ["later-model"]
