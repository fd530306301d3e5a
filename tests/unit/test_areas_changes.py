from pathlib import Path

import numpy as np
import pytest

from errors import DataError
from features.areas.changes import changes_of, read_changes
from features.areas.conversion import Conversion

HEADER = "LSOA11CD,LSOA21CD,CHGIND\n"
# Unchanged; one split in three; two merged; and two that share with each other.
ROWS = "same,same,U\nbig,big1,S\nbig,big2,S\nbig,big3,S\nold1,new,M\nold2,new,M\nx1,y1,X\nx1,y2,X\nx2,y2,X\n"


def lookup(folder: Path, text: str, name: str = "changes.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_codes_lead_to_what_they_became_both_ways(tmp_path: Path) -> None:
    changes = read_changes(lookup(tmp_path, HEADER + ROWS))
    assert changes.editions == ("2011", "2021")
    assert changes.into("SAME", "2021", {})[0] == ("SAME",)
    assert changes.into("BIG2", "2011", {})[0] == ("BIG",)
    assert changes.into("BIG", "2021", {})[0] == ("BIG1", "BIG2", "BIG3")
    assert changes.into("NEW", "2011", {})[0] == ("OLD1", "OLD2")
    assert changes.into("Y2", "2011", {})[0] == ("X1", "X2")
    assert changes.into("elsewhere", "2011", {})[0] == ("elsewhere",)


def test_shares_are_by_weights_then_residents_then_equal(tmp_path: Path) -> None:
    plain = read_changes(lookup(tmp_path, HEADER + ROWS))
    np.testing.assert_allclose(plain.into("BIG", "2021", {})[1], [1 / 3] * 3)
    residents = {"BIG1": 1000.0, "BIG2": 500.0, "BIG3": 500.0}
    np.testing.assert_allclose(plain.into("BIG", "2021", residents)[1], [0.5, 0.25, 0.25])
    np.testing.assert_allclose(plain.into("BIG", "2021", {"BIG1": 9.0})[1], [1 / 3] * 3)
    weighted = read_changes(lookup(tmp_path, "old_code,new_code,change,weight\na,b,S,0.9\na,c,S,0.1\n"))
    assert weighted.editions == ("old", "new")
    np.testing.assert_allclose(weighted.into("A", "new", {"B": 1.0, "C": 1.0})[1], [0.9, 0.1])


def test_the_edition_of_codes_is_the_one_that_has_more_of_them(tmp_path: Path) -> None:
    changes = read_changes(lookup(tmp_path, HEADER + ROWS))
    assert changes.edition_of(["SAME", "BIG", "OLD1"]) == "2011"
    assert changes.edition_of(["SAME", "BIG1", "NEW", "OLD1"]) == "2021"
    assert changes.edition_of(["SAME"]) is None


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("absent.csv", None, "no such file"),
        ("changes.txt", HEADER, "give a .csv or .csv.gz"),
        ("changes.csv", HEADER, "holds no row"),
        ("changes.csv.gz", "no gzip", "cannot be read as CSV"),
        ("changes.csv", "LSOA11CD,CHGIND\na,U\n", "no two columns of codes"),
        ("changes.csv", "LSOA11CD,LSOA21CD\na,a\n", "no column CHGIND"),
        ("changes.csv", HEADER + "a,,U\n", "row 2: a code or CHGIND is missing"),
        ("changes.csv", HEADER + "a,a,Q\n", "row 2: a code or CHGIND is missing"),
        ("changes.csv", HEADER + "a,b,S\na,c,S\na,b,S\n", "row 4: A and B stand together twice"),
        ("changes.csv", HEADER + "a,b,S\n", r"A is marked S \(split\), which does not fit"),
        ("changes.csv", HEADER + "a,b,U\na,c,S\n", r"A is marked U \(unchanged\), which does not fit"),
        ("changes.csv", HEADER + "a,c,M\nb,c,S\n", "B is marked S"),
        ("changes.csv", "old_code,new_code,change,weight\na,b,S,-1\na,c,S,2\n", "row 2: the weight is not a number"),
    ],
)
def test_a_lookup_that_cannot_be_used_is_told(tmp_path: Path, name: str, text: str | None, told: str) -> None:
    path = tmp_path / name if text is None else lookup(tmp_path, text, name)
    with pytest.raises(DataError, match=told):
        read_changes(path)


def test_a_workspace_lookup_must_know_its_areas(tmp_path: Path) -> None:
    path = lookup(tmp_path, HEADER + ROWS)
    assert changes_of(path, ["SAME"]).editions == ("2011", "2021")
    with pytest.raises(DataError, match="needs a closed list of areas"):
        changes_of(path, None)
    with pytest.raises(DataError, match="has no code of the areas"):
        changes_of(path, ["E02000001"])


def test_counts_are_split_and_merged(tmp_path: Path) -> None:
    changes = read_changes(lookup(tmp_path, HEADER + ROWS))
    forward = Conversion.of(changes, ("BIG", "OLD1", "OLD2", "SAME", "W"), "2021", {"BIG1": 2, "BIG2": 1, "BIG3": 1})
    assert (forward.split, forward.merged, forward.unknown) == (("BIG",), ("NEW",), ("W",))
    assert forward.into == ("BIG1", "BIG2", "BIG3", "NEW", "SAME", "W")
    assert forward.apportion(np.array([8, 5, 7, 3, 1])).tolist() == [4, 2, 2, 12, 3, 1]
    # Single incidents, period by period, go round: no area of the three gets them all.
    periods = forward.apportion(np.array([[1, 0, 0, 0, 0]] * 8))
    assert periods[:, :3].sum(axis=1).tolist() == [1] * 8
    assert periods.sum(axis=0).tolist() == [4, 2, 2, 0, 0, 0]
    fractions = forward.apportion_fractions(np.array([[1.0, 0, 0, 0, 0]]))
    np.testing.assert_allclose(fractions[0, :3], [0.5, 0.25, 0.25])
