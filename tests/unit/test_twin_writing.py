"""A twin's files: the same seed gives the same bytes, and they are written whole or not at all."""

import csv
import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from errors import DataError
from experiments.twin import writing
from experiments.twin.parameters import GENERATOR_VERSION, SCORING_SEEDS
from experiments.twin.twin import make_twin
from experiments.twin.writing import AREAS, TRUTH, write_twin
from models.progress import silent
from tests.support.twins import END, parameters, small_county, small_twin


def hashes(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_twin(make_twin(small_county(), seed, END, 6, parameters(), silent), tmp_path / name, silent)
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")
    other = hashes(tmp_path / "c")
    same = {name for name, value in hashes(tmp_path / "a").items() if other.get(name) == value}
    assert same <= {"school-terms-SYNTHETIC.csv"}


def test_every_file_says_that_it_is_synthetic(tmp_path: Path) -> None:
    write_twin(small_twin(1, 12), tmp_path / "twin", silent)
    files = {path.relative_to(tmp_path / "twin") for path in (tmp_path / "twin").rglob("*") if path.is_file()}
    assert all("SYNTHETIC" in str(file) for file in files - {Path(AREAS)})
    assert (tmp_path / "twin" / AREAS).read_text("utf-8").count("SYNTHETIC") == len(small_county())
    assert "SYNTHETIC" in (tmp_path / "twin" / "README-SYNTHETIC.txt").read_text("utf-8")


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(DataError, match="holds something already"):
        write_twin(small_twin(1, 12), tmp_path, silent)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "twin").mkdir()
    write_twin(small_twin(1, 12), tmp_path / "twin", silent)
    assert (tmp_path / "twin" / TRUTH).is_file()


def test_nothing_is_left_of_a_twin_that_could_not_be_written_whole(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_twin(small_twin(1, 12), tmp_path / "twin", stop)
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_tells_what_a_scorer_needs(tmp_path: Path) -> None:
    twin = small_twin(1, 12)
    document = json.loads(json.dumps(writing.manifest(twin, {"force-crime": 1})))
    assert document["SYNTHETIC"] is True
    assert (document["generator_version"], document["seed"], document["weeks"]) == (GENERATOR_VERSION, 1, 12)
    assert {one["kind"] for one in document["level_shifts"]} == {"harassment", "asb-council"}
    assert {one["feed"] for one in document["outages"]} >= {"force-crime", "council-asb"}
    kinds = {kind["name"]: kind for kind in document["parameters"]["kinds"]}
    assert kinds["drugs-possession"]["discovery"] > 0
    assert len(document["probability_reported_by_area"]["sexual"]) == len(small_county())
    assert len(document["county_shock_by_week"]["sexual"]) == 12


def test_the_truth_has_a_row_a_feed_strand_week_and_area(tmp_path: Path) -> None:
    twin = small_twin(1, 12)
    write_twin(twin, tmp_path / "twin", silent)
    table = pq.read_table(tmp_path / "twin" / TRUTH)
    assert table.num_rows == len(twin.truth) * 12 * len(small_county())
    assert table.column("strand").unique().to_pylist().__len__() == 9
    assert table.schema.metadata[b"SYNTHETIC"] == b"true"
    frame = table.to_pandas()
    assert (frame["expected_recorded"] <= frame["expected_occurred"]).all()


def test_areas_are_those_of_the_county(tmp_path: Path) -> None:
    write_twin(small_twin(1, 12), tmp_path / "twin", silent)
    with (tmp_path / "twin" / AREAS).open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["area_code"] for row in rows] == list(small_county().codes)
    assert list(rows[0]) == [
        *("area_code", "name", "msoa", "district", "lpa", "force", "population", "hectares", "deprivation_decile"),
        "deprivation_source",
    ]


def test_scoring_uses_ten_seeds() -> None:
    assert len(set(SCORING_SEEDS)) == 10
