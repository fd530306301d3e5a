import csv
import io
import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from errors import DataError
from models.allocation.papers.sheets import sheets
from models.allocation.papers.tables import write_plan
from tests.support.plans import CODES, by_capacity, made_document, made_ground

NASTY = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\rx")


def nasty_document() -> dict[str, Any]:
    return {"plan_id": "2026-03-02-0", "audit_id": "a1", **made_document(by_capacity(made_ground(NASTY)))}


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx", ".json"])
def test_the_same_plan_is_the_same_file(tmp_path: Path, suffix: str) -> None:
    for name in ("first", "second"):
        write_plan(nasty_document(), tmp_path / f"{name}{suffix}")
    assert (tmp_path / f"first{suffix}").read_bytes() == (tmp_path / f"second{suffix}").read_bytes()
    assert not list(tmp_path.glob(".*"))


def test_csv_guards_names_that_a_spreadsheet_takes_for_formulas_and_leaves_numbers(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    write_plan(nasty_document(), path)
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))
    assert [row["name"] for row in rows] == [f"'{name}" for name in NASTY]
    document = nasty_document()
    assert [float(row["hours"]) for row in rows] == [area["hours"] for area in document["areas"]]
    assert [row["decile"] for row in rows] == ["1", "1", "2", "2", "3", "3"]
    for row in rows:
        assert not [
            cell for cell in row.values() if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not is_number(cell)
        ]


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_a_workbook_holds_no_formula_and_names_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    write_plan(nasty_document(), path)
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/"):
                assert b"<f>" not in parts.read(name)
                assert b"<f " not in parts.read(name)
    book = openpyxl.load_workbook(path)
    names = [row[1].value for row in book["Areas"].iter_rows(min_row=2)]
    # XML has no bare carriage return: it is written by its number and comes back as it was.
    assert [str(name).replace("_x000D_", "\r") for name in names] == list(NASTY)
    assert all(row[1].data_type == "s" and row[1].quotePrefix for row in book["Areas"].iter_rows(min_row=2))
    assert book.properties.created == datetime(2000, 1, 1)  # noqa: DTZ001 - as the library reads it


def test_numbers_stay_numbers_in_a_workbook(tmp_path: Path) -> None:
    path, document = tmp_path / "plan.xlsx", made_document()
    write_plan(document, path)
    table = pd.read_excel(path, sheet_name="Areas", engine="openpyxl")
    assert table["area_code"].tolist() == list(CODES)
    assert table["hours"].tolist() == pytest.approx([area["hours"] for area in document["areas"]])
    assert table["hours: local"].sum() == pytest.approx(
        next(row["placed"] for row in document["resources"] if row["code"] == "local")
    )


def test_a_workbook_has_a_sheet_for_each_thing_that_is_told(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    document = made_document(
        roster=made_layout(), visits={"rows": [{"resource": "local", "area_code": "A00", "day": "2026-03-02"}]}
    )
    write_plan(document, path)
    book = openpyxl.load_workbook(path)
    wanted = ["Summary", "Areas", "Posts", "Resources", "Rules", "Strands", "Districts", "Deciles", "Caseload"]
    assert book.sheetnames == [*wanted, "Shifts", "Visits"]
    for sheet in sheets(document):
        assert book[sheet.name].max_row == len(sheet.rows) + 1
    assert book["Summary"]["A2"].value == "SYNTHETIC"
    rows = [[cell.value for cell in row] for row in book["Shifts"].iter_rows()]
    assert rows[0][5:] == ["hours", "2026-03-02 early", "2026-03-02 late", "2026-03-03 early", "2026-03-03 late"]
    assert rows[1] == ["local", "East", "A00", "Area A00", "Burglary", 6.0, 2.5, 0, 1, 2.5]


def made_layout() -> dict[str, Any]:
    days, shifts = (
        ["2026-03-02", "2026-03-03"],
        [{"shift": "early", "hours": "07-15"}, {"shift": "late", "hours": "15-23"}],
    )
    area = {"area_code": "A00", "strand": "Burglary", "hours": 6.0, "by_shift": [[2.5, 0.0], [1.0, 2.5]]}
    held = {"district": "East", "hours": 6.0, "by_shift": [[2.5, 0.0], [1.0, 2.5]], "areas": [area]}
    return {"days": days, "shifts": shifts, "resources": [{"resource": "local", "districts": [held]}]}


def test_parquet_and_json_hold_the_plan_as_it_is(tmp_path: Path) -> None:
    write_plan(nasty_document(), tmp_path / "plan.parquet")
    assert pd.read_parquet(tmp_path / "plan.parquet")["name"].tolist() == list(NASTY)
    write_plan(nasty_document(), tmp_path / "plan.json")
    assert json.loads((tmp_path / "plan.json").read_text("utf-8")) == nasty_document()


def test_another_suffix_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none of \.csv, \.parquet, \.xlsx, \.json"):
        write_plan(made_document(), tmp_path / "plan.ods")
    with pytest.raises(DataError, match="folder that is not there"):
        write_plan(made_document(), tmp_path / "none" / "plan.csv")
