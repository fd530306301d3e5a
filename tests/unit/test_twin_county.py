"""The twin's county: real areas, and traits that are made up unless a file gives them."""

import json
from pathlib import Path

import numpy as np
import pytest

from errors import DataError
from experiments.twin.county import essex, from_file
from experiments.twin.traits import draw_traits
from tests.support.twins import parameters, small_county


def test_essex_has_its_areas_and_hierarchy() -> None:
    county = essex()
    assert len(county) == 1077
    assert list(county.codes) == sorted(set(county.codes))
    assert len(set(county.districts)) == 14
    assert len(set(county.msoas)) == 211
    assert set(county.lpas) == {"North", "South", "West"}
    assert county.population.sum() == pytest.approx(1_724_954, rel=0.001)


@pytest.mark.parametrize(("inner", "outer"), [("msoas", "districts"), ("districts", "lpas"), ("lpas", "forces")])
def test_each_level_lies_in_one_of_the_next(inner: str, outer: str) -> None:
    county = essex()
    pairs = set(zip(getattr(county, inner), getattr(county, outer), strict=True))
    assert len(pairs) == len(set(getattr(county, inner)))


def test_a_part_of_the_county_has_its_share_of_people() -> None:
    part = small_county()
    assert set(part.districts) == {"Harlow", "Maldon"}
    assert part.share == pytest.approx(part.population.sum() / essex().population.sum())


def test_deprivation_is_made_up_unless_a_file_gives_it(tmp_path: Path) -> None:
    made_up = draw_traits(small_county(), parameters(), np.random.default_rng(1))
    assert not made_up.deciles_given
    assert set(made_up.deciles) == set(range(1, 11))
    file = tmp_path / "areas.csv"
    lines = [f"A{number},N,D,{1000 + number},10,{1 + number % 10}" for number in range(30)]
    file.write_text("area_code,name,district,population,hectares,deprivation_decile\n" + "\n".join(lines) + "\n")
    given = draw_traits(from_file(file), parameters(), np.random.default_rng(1))
    assert given.deciles_given
    # A00 sorts before A1, A10 and so on: by code.
    assert dict(zip(from_file(file).codes, given.deciles, strict=True))["A13"] == 4
    assert given.deprivation[given.deciles == 1].min() > given.deprivation[given.deciles == 10].max()


def test_a_file_without_districts_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "areas.csv"
    file.write_text("area_code,population\nA,100\nB,200\n")
    with pytest.raises(DataError, match="district and population"):
        from_file(file)


def test_weights_are_shares_and_shops_are_more_concentrated_than_homes() -> None:
    county = essex()
    traits = draw_traits(county, parameters(), np.random.default_rng(1))
    assert traits.weights.sum(axis=1) == pytest.approx(np.ones(len(traits.weights)))
    top = {kind.name: np.sort(row)[-54:].sum() for kind, row in zip(parameters().kinds, traits.weights, strict=True)}
    assert top["shoplifting"] > 0.5
    assert top["burglary-home"] < 0.25


def test_polygons_of_essex_need_no_more_than_codes(tmp_path: Path) -> None:
    codes = small_county().codes[:2]
    square = {"type": "Polygon", "coordinates": [[[0, 51], [0.1, 51], [0.1, 51.1], [0, 51.1], [0, 51]]]}
    features = [{"type": "Feature", "properties": {"LSOA11CD": code}, "geometry": square} for code in codes]
    file = tmp_path / "areas.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    county = from_file(file)
    assert county.codes == codes
    assert county.districts == small_county().districts[:2]
    assert county.population.tolist() == small_county().population[:2].tolist()
    assert county.points[0] == pytest.approx([0.05, 51.05])
    assert county.share == pytest.approx(county.population.sum() / essex().population.sum())
