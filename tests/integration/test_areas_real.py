"""Areas of the census as they are published: the shipped table, the nation's hierarchy and lookup, real polygons."""

import csv
import gzip
from pathlib import Path

import numpy as np

from features.areas.changes import read_changes
from features.areas.conversion import Conversion
from features.areas.files import load_areas, read_area_file
from features.areas.polygons import Polygons
from features.areas.shipped import AreaSource
from tests.support.shared_data import shared_file


def test_the_essex_table_holds_the_published_facts() -> None:
    areas = AreaSource.of("essex-lsoa-2011").file.areas
    with shared_file("geography/essex-lsoa-2011-facts.csv").open(encoding="utf-8") as lines:
        facts = {row["lsoa_code"]: row for row in csv.DictReader(lines)}
    assert areas.codes == tuple(sorted(facts))
    assert [int(value) for value in areas.population] == [int(facts[code]["population_2011"]) for code in areas.codes]
    assert [int(value) for value in areas.hectares] == [int(facts[code]["hectares"]) for code in areas.codes]
    assert areas.parents["msoa"] == tuple(facts[code]["msoa"] for code in areas.codes)
    assert areas.parents["district"] == tuple(facts[code]["lad"].removesuffix(" UA") for code in areas.codes)


def test_the_hierarchy_of_england_and_wales_nests(tmp_path: Path) -> None:
    packed = shared_file("geography/england-wales-lsoa-2011.csv.gz")
    path = tmp_path / "areas.csv"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    areas = load_areas(path)
    assert len(areas) == 32_844
    assert (len(set(areas.parents["msoa"])), len(set(areas.parents["district"]))) == (6_791, 326)


def test_real_points_lie_in_the_area_that_places_them() -> None:
    file = read_area_file(shared_file("geography/essex-lsoa-2011.geojson"))
    polygons = Polygons.of(file)
    assert polygons is not None
    points = file.areas.points
    assert [polygons.codes[index] for index in polygons.place(points[:, 0], points[:, 1])] == list(file.areas.codes)
    assert min(map(len, file.areas.neighbours)) > 0


def test_the_national_lookup_is_read_and_preserves_counts(tmp_path: Path) -> None:
    packed = shared_file("geography/lsoa-2011-to-2021.csv.gz")
    changes = read_changes(packed)
    older, newer = (tuple(sorted(codes)) for codes in changes.by_code)
    assert (len(older), len(newer)) == (34_753, 35_672)
    forward, backward = Conversion.of(changes, older, "2021"), Conversion.of(changes, newer, "2011")
    assert (forward.into, backward.into) == (newer, older)
    counts = np.random.default_rng(1).poisson(2.0, (2, len(older)))
    there = forward.apportion(counts)
    assert there.sum(axis=1).tolist() == counts.sum(axis=1).tolist()
    assert backward.apportion(there).sum(axis=1).tolist() == counts.sum(axis=1).tolist()
    plain = tmp_path / "plain.csv"
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    assert read_changes(plain).pairs == changes.pairs
