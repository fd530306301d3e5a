from pathlib import Path

import numpy as np
import pytest

from errors import AllocationError, DataError
from models.allocation.resources import default_text, load_resources

SHIPPED = default_text().decode()


def written(folder: Path, text: str) -> Path:
    path = folder / "resources.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_file_says_where_its_numbers_come_from(tmp_path: Path) -> None:
    resources = load_resources(written(tmp_path, SHIPPED))
    assert "not a harm index" in resources.harm.source
    assert "not a measurement" in resources.reach.source
    request = resources.request(total_hours=100.0)
    problem = request.problem(["A", "B"], ["x", "y"], np.ones((2, 2)), None, weeks=1.0)
    assert problem.weights.tolist() == [1.0, 1.0]
    assert problem.total_hours == 100.0


def test_its_comments_are_valid_settings(tmp_path: Path) -> None:
    text = SHIPPED
    for line in ("total = 2400", "maximum_per_area = 60", '"North" = 200', '"Burglary" = 1'):
        assert f"# {line}" in text
        text = text.replace(f"# {line}", line)
    request = load_resources(written(tmp_path, text)).request()
    assert (request.total_hours, request.maximum_hours) == (2400, 60)
    assert (request.district_minimum, request.weights) == ({"North": 200}, {"Burglary": 1})


def test_what_is_asked_overrides_the_file_and_keeps_its_other_districts(tmp_path: Path) -> None:
    text = SHIPPED.replace("minimum_per_area = 0", "minimum_per_area = 2").replace('# "North" = 200', '"North" = 200')
    resources = load_resources(written(tmp_path, text))
    request = resources.request(total_hours=900.0, maximum_hours=30.0, district_minimum={"South": 10.0}, horizon=2)
    assert (request.minimum_hours, request.maximum_hours, request.horizon) == (2, 30, 2)
    assert request.district_minimum == {"North": 200, "South": 10}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("minimum_per_area = 0", "minimum_per_arae = 0", "write 'minimum_per_area'"),
        ("minimum_per_area = 0", "minimum_per_area = -1", "resources.toml, [hours]"),
        ("scale_hours_a_week = 20", "scale_hours_a_week = 0", "resources.toml, [reach]"),
        ("scale_hours_a_week = 20", "scale_hours_a_week = nan", "resources.toml, [reach]"),
        ("version = 1", "version = 2", "version"),
        ("[harm]", "[harm", "is not TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    with pytest.raises(DataError) as error:
        load_resources(written(tmp_path, SHIPPED.replace(old, new)))
    assert sentence in str(error.value)


def test_without_a_total_the_two_places_for_it_are_named(tmp_path: Path) -> None:
    with pytest.raises(AllocationError, match=r"give total_hours \(--hours HOURS\), or set total"):
        load_resources(written(tmp_path, SHIPPED)).request()


def test_without_a_maximum_no_area_is_at_one(tmp_path: Path) -> None:
    request = load_resources(written(tmp_path, SHIPPED)).request(total_hours=0.0)
    problem = request.problem(["A"], ["x"], np.ones((1, 1)), None, weeks=1.0)
    assert problem.maximum_hours[0] > problem.total_hours


@pytest.mark.parametrize(
    ("weights", "unlisted", "sentence"),
    [
        ('"Burglry" = 2', "weight_of_unlisted = 1", "'Burglry' is no strand of the forecast; use the strands"),
        ('"Burglary" = 2', "", "the strand 'Robbery' has no weight; add it, or set weight_of_unlisted"),
    ],
)
def test_weights_and_strands_must_match(tmp_path: Path, weights: str, unlisted: str, sentence: str) -> None:
    text = SHIPPED.replace('# "Burglary" = 1', weights).replace("weight_of_unlisted = 1", unlisted)
    request = load_resources(written(tmp_path, text)).request(total_hours=10.0)
    with pytest.raises(AllocationError) as error:
        request.problem(["A"], ["Burglary", "Robbery"], np.ones((1, 2)), None, weeks=1.0)
    assert sentence in str(error.value)
