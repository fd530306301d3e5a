import csv
import io
from collections import defaultdict
from pathlib import Path

import pytest

from errors import DataError
from features.areas.changes import CodeChanges, Pair
from features.areas.counts_file import ConvertedCounts, CountsTable, convert_counts

CHANGES = CodeChanges(
    ("2011", "2021"),
    (
        Pair("SAME", "SAME", "U"),
        Pair("BIG", "BIG1", "S"),
        Pair("BIG", "BIG2", "S"),
        Pair("OLD1", "NEW", "M"),
        Pair("OLD2", "NEW", "M"),
    ),
)
ROWS = [
    "SAME,Same 001,2024-01,Theft,3",
    "BIG,Big 001,2024-01,Theft,1",
    "BIG,Big 001,2024-02,Theft,1",
    "BIG,Big 001,2024-03,Theft,2",
    "OLD1,Old 001,2024-01,Theft,4",
    "OLD2,Old 002,2024-01,Theft,5",
    "OLD2,Old 002,2024-01,Fraud,-1",
    "W01,Elsewhere,2024-01,Theft,7",
]
HEADER = "LSOA11CD,LSOA11NM,month,kind,count"


def table(folder: Path, *lines: str) -> CountsTable:
    path = folder / "counts.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return CountsTable.read(path, None, "count")


def by_month(converted: ConvertedCounts) -> dict[tuple[str, str, str], float]:
    rows = csv.DictReader(io.StringIO(converted.text()))
    return {(row["LSOA21CD"], row["month"], row["kind"]): float(row["count"]) for row in rows}


def test_counts_are_shared_and_put_together(tmp_path: Path) -> None:
    converted = convert_counts(table(tmp_path, HEADER, *ROWS), CHANGES, "2021", {}, fractions=False)
    assert converted.header == ("LSOA21CD", "month", "kind", "count")
    found = by_month(converted)
    assert found["NEW", "2024-01", "Theft"] == 9
    assert found["NEW", "2024-01", "Fraud"] == -1
    assert found["SAME", "2024-01", "Theft"] == 3
    assert found["W01", "2024-01", "Theft"] == 7
    # Each month keeps its sum, the two areas get two each, and a zero is told.
    assert [found["BIG1", month, "Theft"] for month in ("2024-01", "2024-02", "2024-03")] == [1, 0, 1]
    assert [found["BIG2", month, "Theft"] for month in ("2024-01", "2024-02", "2024-03")] == [0, 1, 1]
    assert (converted.read, converted.written) == (22, 22)
    assert converted.conversion.unknown == ("W01",)


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    one = convert_counts(table(tmp_path, HEADER, *ROWS), CHANGES, "2021", {}, fractions=False)
    other = convert_counts(table(tmp_path, HEADER, *reversed(ROWS)), CHANGES, "2021", {}, fractions=False)
    assert by_month(one) == by_month(other)


def test_residents_say_how_and_fractions_may_be_asked_for(tmp_path: Path) -> None:
    converted = convert_counts(
        table(tmp_path, HEADER, *ROWS), CHANGES, "2021", {"BIG1": 3000.0, "BIG2": 1000.0}, fractions=True
    )
    found = by_month(converted)
    assert (found["BIG1", "2024-01", "Theft"], found["BIG2", "2024-01", "Theft"]) == (0.75, 0.25)
    assert converted.written == pytest.approx(converted.read)


def test_there_and_back_every_split_area_has_its_counts(tmp_path: Path) -> None:
    there = convert_counts(table(tmp_path, HEADER, *ROWS), CHANGES, "2021", {}, fractions=False)
    again = tmp_path / "again"
    again.mkdir()
    back = convert_counts(table(again, *there.text().splitlines()), CHANGES, "2011", {}, fractions=False)
    totals: dict[str, float] = defaultdict(float)
    for row in csv.DictReader(io.StringIO(back.text())):
        totals[row["LSOA11CD"]] += float(row["count"])
    assert totals["BIG"] == 4
    assert totals["SAME"] == 3
    assert totals["OLD1"] + totals["OLD2"] == 8


@pytest.mark.parametrize(
    ("lines", "to", "told"),
    [
        ([HEADER, "BIG,Big,2024-01,Theft"], "2021", "row 2: has more or fewer cells"),
        ([HEADER, "BIG,Big,2024-01,Theft,many"], "2021", "row 2: 'count' is no number"),
        ([HEADER, "BIG,Big,2024-01,Theft,1.5"], "2021", "give --fractions"),
        ([HEADER, "BIG1,Big,2024-01,Theft,1"], "2021", "its codes are of 2021 already"),
        ([HEADER, "BIG,Big,2024-01,Theft,1"], "2031", "'2031' is no edition"),
        ([HEADER, "Mrs Smith,Big,2024-01,Theft,1"], "2021", "none of its codes is in the lookup"),
        (["LSOA11CD,number", "BIG,1"], "2021", "name it with --count-column"),
        (["beat,count", "BIG,1"], "2021", "no column of area codes"),
    ],
)
def test_a_table_that_cannot_be_converted_is_told(tmp_path: Path, lines: list[str], to: str, told: str) -> None:
    with pytest.raises(DataError, match=told):
        convert_counts(table(tmp_path, *lines), CHANGES, to, {}, fractions=False)


def test_columns_may_be_named_and_files_must_be_there(tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_text("beat,number\nBIG,3\n", encoding="utf-8")
    converted = convert_counts(CountsTable.read(path, "beat", "number"), CHANGES, "2021", {}, fractions=False)
    assert converted.text() == "beat,number\nBIG1,2\nBIG2,1\n"
    with pytest.raises(DataError, match="name it with --area-column"):
        CountsTable.read(path, "ward", "number")
    with pytest.raises(DataError, match="cannot be read"):
        CountsTable.read(tmp_path / "absent.csv", None, "count")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="cannot be read as CSV"):
        CountsTable.read(path, None, "count")
