from pathlib import Path

import pytest

from errors import DataError
from features.areas.files import load_areas, read_area_file
from features.areas.hierarchy import NESTED, check_nested, neighbours_within
from features.areas.shipped import SHIPPED, AreaSource, shipped_table
from models.levels import level_members, upper_levels

HEADER = "area_code,msoa,ward,district,lpa,force\n"


def areas_csv(folder: Path, text: str) -> Path:
    path = folder / "areas.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_wards_may_cross_and_other_levels_nest(tmp_path: Path) -> None:
    areas = load_areas(areas_csv(tmp_path, HEADER + "a,M1,W1,D1,L,F\nb,M1,W2,D1,L,F\nc,M2,W2,D2,L,F\n"))
    assert upper_levels(areas) == ("msoa", "ward", "district", "lpa", "force")
    assert {name: list(members) for name, members in level_members(areas, "ward").items()} == {"W1": [0], "W2": [1, 2]}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("a,M1,,D1,L,F\nb,M1,,D2,L,F\n", "the msoa M1 lies in two of the level district: D1 and D2"),
        ("a,M1,,D1,L1,F\nb,M2,,D1,L2,F\n", "the district D1 lies in two of the level lpa: L1 and L2"),
        ("a,M1,,D1,L1,F\nb,M2,,D2,L1,G\n", "the lpa L1 lies in two of the level force: F and G"),
    ],
)
def test_levels_that_do_not_nest_are_refused(tmp_path: Path, rows: str, told: str) -> None:
    with pytest.raises(DataError, match=told):
        load_areas(areas_csv(tmp_path, HEADER + rows))


def test_the_levels_checked_are_those_that_are_known() -> None:
    with pytest.raises(DataError, match="the msoa M lies in two of the level force"):
        check_nested({"msoa": ("M", "M"), "force": ("F", "G")}, "areas.csv")
    check_nested({"msoa": ("M", "M", ""), "force": ("F", "", "G")}, "areas.csv")


def test_wards_of_one_name_are_kept_apart_by_their_codes(tmp_path: Path) -> None:
    text = "LSOA21CD,WD24CD,WD24NM\na,w1,Trinity\nb,w2,Trinity\nc,w3,Park\n"
    assert load_areas(areas_csv(tmp_path, text)).parents["ward"] == ("Trinity (w1)", "Trinity (w2)", "Park")


def test_without_geometry_neighbours_are_the_areas_of_one_msoa(tmp_path: Path) -> None:
    assert neighbours_within(("M1", "", "M1", "M2", "", "M1")) == ((2, 5), (), (0, 5), (), (), (0, 2))
    file = read_area_file(areas_csv(tmp_path, "area_code,msoa\na,M1\nb,M2\nc,M1\n"))
    assert (file.areas.neighbours, file.adjacency) == (((2,), (), (0,)), "msoa")


def test_a_level_whose_column_says_so_is_told_as_inferred(tmp_path: Path) -> None:
    file = read_area_file(areas_csv(tmp_path, "area_code,lpa_inferred,force\na,North,Essex\n"))
    assert (file.areas.parents["lpa"], file.inferred) == (("North",), ("lpa",))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_table_says_where_it_is_from_and_fits_its_arrangement(name: str) -> None:
    source, table = AreaSource.of(name), shipped_table(name)
    areas = source.file.areas
    assert set(NESTED) <= set(areas.parents)
    assert source.file.inferred == table.inferred
    assert set(table.arrangement) == set(areas.parents["district"])
    assert len(set(table.arrangement.values())) == len(table.arrangement)
    assert "Open Government Licence v3.0" in table.licence
    assert source.attribution in table.attribution


def test_a_name_that_is_neither_shipped_nor_a_file_is_refused() -> None:
    with pytest.raises(DataError, match="essex-lsoa-2011"):
        AreaSource.of("kent-lsoa-2011")
