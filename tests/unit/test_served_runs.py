"""The file that reads are answered from: what it holds, when it is made, and what is seen of it."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from errors import DataError, LedgerError, ModelError
from features.knowledge import Known
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.books import Books
from models.bundle import pack
from models.explanation.contributions import explain
from models.kinds import SERVED
from models.registry import Registered, register
from models.runs import ForecastRun
from models.served.layout import Layout
from models.served.make import served_bytes
from models.served.read import Selection, ServedRun
from models.served.record import prepare
from models.served.tables import level_tables, own_table
from models.simple import fit_simple
from models.stand_in import in_force
from models.suspension import NOTICE
from models.table import COLUMNS, EXPLANATION, MULTIPLIERS, QUANTILES, forecast_table
from models.week import run_forecast
from serving.access.caller import Scope
from serving.forecasts.sight import sight
from tests.support import panels
from tests.support.forecast_runs import ORIGIN, synthetic_frame

PANEL = panels.panel(60, 6, districts=2)
MODEL = fit_simple("shrunken", PANEL, (1, 2, 3))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def books(place: Path) -> Books:
    return Books(opened(place, "w"), FileStore(place), "ann")


@pytest.fixture(scope="module")
def run(books: Books) -> ForecastRun:
    register(books.ledger, books.files, "v", pack(MODEL, {}), origin=PANEL.origin, actor="ann", details={})
    return recorded(books)


@pytest.fixture(scope="module")
def served(books: Books, run: ForecastRun) -> ServedRun:
    return mapped(books, run)


def opened(place: Path, name: str) -> Ledger:
    return Ledger.open(f"sqlite:///{place / name}.db", lambda: datetime(2026, 1, 1, tzinfo=UTC))


def recorded(books: Books) -> ForecastRun:
    standing = in_force(Registered("v", MODEL, PANEL.origin), books.ledger)
    return run_forecast(
        Known(PANEL, "s"),
        standing,
        notices=["proxy"],
        attribution="",
        ledger=books.ledger,
        files=books.files,
        actor=books.actor,
    )


def mapped(books: Books, run: ForecastRun, marks: tuple[str, ...] = ()) -> ServedRun:
    ledger = books.ledger
    return ServedRun.open(
        ledger.artefact("forecast", run.run_id), ledger.artefact(SERVED, run.run_id), books.files, marks
    )


def whole(served: ServedRun, level: str) -> Selection:
    block = served.block(level)
    return Selection(block, *(np.arange(len(axis)) for axis in (served.layout.horizons, block.codes, block.strands)))


def rows_of(served: ServedRun, level: str) -> list[dict[str, object]]:
    selection = whole(served, level)
    rows = served.rows_as_json(selection.block, selection.positions(0, selection.total))
    found: list[dict[str, object]] = json.loads(b"[" + rows + b"]")
    return found


def test_the_file_is_named_by_the_event_that_recorded_the_run_and_made_once(books: Books, run: ForecastRun) -> None:
    again = recorded(books)
    assert again.run_id == run.run_id
    assert books.ledger.event_of(SERVED, run.run_id).audit_id == run.audit_id
    assert [artefact.name for artefact in books.ledger.artefacts(SERVED)] == [run.run_id]
    assert books.ledger.verify(books.files).ok


@pytest.mark.parametrize("level", ["area", "district", "force"])
def test_every_level_is_as_its_forecast_table_to_the_bit(served: ServedRun, run: ForecastRun, level: str) -> None:
    expected = forecast_table(MODEL.forecast(PANEL), PANEL, level=level, model_version="v", notices=run.meta["notices"])
    rows = rows_of(served, level)
    first = served.block(level).first
    assert [row["forecast_id"] for row in rows] == [f"{run.run_id}:{first + at}" for at in range(len(expected))]
    for name in ("level", "area_code", "strand", "horizon", "mean", "fallback"):
        assert [row[name] for row in rows] == expected[name].tolist()
    assert [row["quantiles"] for row in rows] == expected[list(QUANTILES)].to_dict("records")
    assert [row["notices"] for row in rows] == [text.split(";") for text in expected["notices"]]
    selection = whole(served, level)
    text = served.rows_as_csv(selection.block, selection.positions(0, selection.total)).decode()
    read = list(csv.DictReader(io.StringIO(text)))
    assert tuple(read[0]) == COLUMNS
    assert [float(row["mean"]) for row in read] == expected["mean"].tolist()
    assert [row["period_start"] for row in read] == expected["period_start"].dt.strftime("%Y-%m-%d").tolist()
    assert [row["notices"] for row in read] == expected["notices"].tolist()


def test_contributions_of_all_horizons_multiply_to_the_mean(served: ServedRun) -> None:
    selection = whole(served, "area")
    for position in selection.positions(0, selection.total).tolist():
        explained = served.explanation(position)
        assert explained.mean == pytest.approx(
            explained.base * np.prod(list(explained.multipliers.values())) * explained.calibration, rel=1e-9
        )


def test_contributions_of_a_total_are_those_of_its_areas(served: ServedRun, run: ForecastRun) -> None:
    forecast = MODEL.forecast(PANEL, explain=(1, 2, 3))
    own = level_tables(run.frame, forecast, PANEL, model_version="v", notices=[])[0].frame
    block = served.block("district")
    for at, members in enumerate(block.members):
        codes = [PANEL.areas.codes[area] for area in members]
        chosen = own[(own["horizon"] == 2) & own["area_code"].isin(codes) & (own["strand"] == "strand 1")]
        expected = explain(chosen)
        position = block.first + (len(block.codes) + at) * len(block.strands) + 1
        found = served.explanation(position)
        assert found.members == expected.members == 3
        assert (found.mean, found.base) == pytest.approx((expected.mean, expected.base))
        assert found.multipliers == pytest.approx(expected.multipliers)


def test_all_strands_together_weigh_by_what_is_counted_once(served: ServedRun) -> None:
    block = served.block("force")
    assert block.strands[-1] == "all strands"
    strands = [served.explanation(block.first + at) for at in range(len(block.strands))]
    together = strands.pop()
    once = MODEL.forecast(PANEL).spread.once
    assert together.base == pytest.approx(sum(o * strand.base for o, strand in zip(once, strands, strict=True)))
    for group in MULTIPLIERS:
        values = [strand.multipliers[group] for strand in strands]
        assert min(values) - 1e-9 <= together.multipliers[group] <= max(values) + 1e-9


def test_a_run_recorded_without_the_file_is_prepared_once_and_gets_the_same_file(
    books: Books, run: ForecastRun, place: Path
) -> None:
    ledger = opened(place, "before")
    kinds = ("forecast", "panel", "model")
    kept = [artefact for kind in kinds for artefact in books.ledger.artefacts(kind)]
    ledger.append(Draft("combination", f"forecast/{run.run_id}", "ann"), artefacts=kept)
    before = Books(ledger, books.files, "ann")
    audit_id, new = prepare(before, run.run_id)
    assert new
    assert prepare(before, run.run_id) == (audit_id, False)
    assert ledger.artefact(SERVED, run.run_id).sha256 == books.ledger.artefact(SERVED, run.run_id).sha256
    assert ledger.event(audit_id).draft.details["act"] == "prepare"


def test_means_that_the_model_no_longer_gives_are_not_prepared(books: Books, run: ForecastRun, place: Path) -> None:
    ledger = opened(place, "other")
    kept = [artefact for kind in ("forecast", "panel") for artefact in books.ledger.artefacts(kind)]
    ledger.append(Draft("combination", f"forecast/{run.run_id}", "ann"), artefacts=kept)
    other = pack(fit_simple("naive", PANEL, (1, 2, 3)), {})
    register(ledger, books.files, "v", other, origin=PANEL.origin, actor="ann", details={})
    with pytest.raises(ModelError, match="no longer gives the means"):
        prepare(Books(ledger, books.files, "ann"), run.run_id)
    assert ledger.artefacts(SERVED) == []


def test_a_suspension_since_marks_every_row(books: Books, run: ForecastRun) -> None:
    marked = mapped(books, run, (NOTICE,))
    assert all(row["notices"] == ["proxy", NOTICE] for row in rows_of(marked, "force"))
    assert marked.meta["notices"] == ["proxy", NOTICE]


def test_a_file_that_was_changed_or_is_of_another_version_is_refused(
    books: Books, run: ForecastRun, place: Path
) -> None:
    folder = place / "changed"
    stored = FileStore(folder).put(
        books.files.read(books.ledger.artefact(SERVED, run.run_id).stored), "served", ".arrow"
    )
    path = folder / stored.path
    path.write_bytes(path.read_bytes().replace(b"strand 0", b"strand 9"))
    with pytest.raises(LedgerError, match="not what was recorded"):
        mapped(Books(books.ledger, FileStore(folder), "ann"), run)
    with pytest.raises(ModelError, match="another version"):
        Layout.of({b"strandcast": b'{"format":0}'})


def test_rows_in_another_order_are_refused() -> None:
    frame = synthetic_frame(3, 2, ORIGIN, "v", 1)
    rows = list(range(len(frame)))
    for positions in ([1, 0, *rows[2:]], rows[:-1], [0, *rows]):
        with pytest.raises(ModelError, match="one for each horizon"):
            served_bytes("run", [own_table(frame.iloc[positions])])


def test_a_run_without_contributions_is_refused() -> None:
    frame = synthetic_frame(3, 2, ORIGIN, "v", 1)
    with pytest.raises(ModelError, match="lacks contributions"):
        own_table(frame.drop(columns=list(EXPLANATION)))


def test_codes_that_a_spreadsheet_takes_for_formulas_are_guarded_in_csv_only(books: Books, run: ForecastRun) -> None:
    frame = synthetic_frame(2, 1, ORIGIN, "v", 1)
    named = {"A0000": '=cmd|"x"', "A0001": "A,1"}
    frame["area_code"] = frame["area_code"].cat.rename_categories(named)
    books.ledger.append(
        Draft("combination", "forecast/f", "ann"),
        artefacts=[
            replace(books.ledger.artefact("forecast", run.run_id), name="f"),
            replace(
                books.ledger.artefact(SERVED, run.run_id),
                name="f",
                **vars(books.files.put(served_bytes("f", [own_table(frame)]), "served", ".arrow")),
            ),
        ],
    )
    served = mapped(books, replace(run, run_id="f"))
    rows = served.rows_as_json(served.block(None), np.arange(4))
    assert [row["area_code"] for row in json.loads(b"[" + rows + b"]")][::2] == ['=cmd|"x"', "A,1"]
    lines = list(csv.reader(io.StringIO(served.rows_as_csv(served.block(None), np.arange(4)).decode())))
    assert [line[1] for line in lines[1::2]] == ['\'=cmd|"x"', "A,1"]


def test_a_level_that_the_run_has_not_is_told_with_those_it_has(served: ServedRun) -> None:
    with pytest.raises(DataError, match="area, district, force"):
        served.block("msoa")


def test_sight_ends_where_the_scope_does(served: ServedRun) -> None:
    def seen(level: str, **scope: frozenset[str]) -> tuple[list[str], list[str]]:
        found = sight(served, level, Scope(**scope))
        return list(found.codes), list(found.strands)

    strands = ["strand 0", "strand 1"]
    assert seen("area", areas=frozenset({"D1"})) == (["A001", "A003", "A005"], strands)
    # A total is seen only where all of its areas are, however they were named.
    assert seen("district", areas=frozenset({"A001", "A003", "A005"}))[0] == ["D1"]
    assert seen("district", areas=frozenset({"A001", "A003"}))[0] == []
    assert seen("force", areas=frozenset({"D1"}))[0] == []
    assert seen("force", areas=frozenset({"D0", "D1"}))[0] == ["force"]
    assert seen("force", strands=frozenset({"strand 0"}))[1] == ["strand 0"]
    assert seen("force", strands=frozenset(strands))[1] == [*strands, "all strands"]
