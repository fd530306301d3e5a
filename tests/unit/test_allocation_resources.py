from datetime import date
from pathlib import Path

import numpy as np
import pytest

from errors import AllocationError, DataError
from features.harm import Harm, HarmSet
from features.harm.sets import Weight
from models.allocation.single_patrol import default_text, load_resources

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


BURGLARY = Weight(strand="Burglary", weight=20.0, source="S", edition="2", date=date(2024, 4, 1))
FRAUD = Weight(strand="Fraud", weight=9.0, source="S", edition="2", date=date(2024, 4, 1))
DAYS = HarmSet("days", "days", "", {"Burglary": BURGLARY, "Fraud": FRAUD})
SETS = Harm("days", (DAYS, *Harm().sets))


def with_set(folder: Path, name: str, unlisted: str = "") -> Path:
    head, _, _ = SHIPPED.partition("[harm]")
    return written(folder, f'{head}[harm]\nset = "{name}"\n{unlisted}\n')


def test_a_set_gives_the_weights_and_their_sources(tmp_path: Path) -> None:
    request = load_resources(with_set(tmp_path, "days")).request(total_hours=10.0, harm=SETS)
    problem = request.problem(["A"], ["Burglary"], np.ones((1, 1)), None, weeks=1.0)
    assert problem.weights.tolist() == [20.0]
    assert problem.weights_source == "set 'days' in days; S, 2 (2024-04-01)"
    assert request.as_document()["harm_set"] == "days"


def test_an_unweighted_strand_is_refused_and_never_weighs_nothing_by_itself(tmp_path: Path) -> None:
    request = load_resources(with_set(tmp_path, "days")).request(total_hours=10.0, harm=SETS)
    with pytest.raises(
        AllocationError, match=r"'Robbery' is unweighted in the set 'days'; give it a weight in harm.toml"
    ):
        request.problem(["A"], ["Burglary", "Robbery"], np.ones((1, 2)), None, weeks=1.0)


def test_an_unweighted_strand_counts_what_the_file_says_and_is_named(tmp_path: Path) -> None:
    request = load_resources(with_set(tmp_path, "days", "weight_of_unlisted = 2.5")).request(total_hours=1, harm=SETS)
    problem = request.problem(["A"], ["Burglary", "Robbery"], np.ones((1, 2)), None, weeks=1.0)
    assert problem.weights.tolist() == [20.0, 2.5]
    assert request.unweighted(problem.strands) == ("Robbery",)


def test_equal_weighs_every_strand_and_leaves_none_unweighted(tmp_path: Path) -> None:
    request = load_resources(with_set(tmp_path, "equal")).request(total_hours=10.0)
    problem = request.problem(["A"], ["x", "y"], np.ones((1, 2)), None, weeks=1.0)
    assert problem.weights.tolist() == [1.0, 1.0]
    assert request.unweighted(problem.strands) == ()


def test_a_set_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no set of harm weights 'cchi'; name one of: days, equal"):
        load_resources(with_set(tmp_path, "cchi")).request(total_hours=10.0, harm=SETS)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("# set = ", "set = ", "set stands beside weights or source"),
        ('source = "Equal', '# source = "Equal', "the weights have no source"),
    ],
)
def test_weights_come_from_one_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in SHIPPED
    with pytest.raises(DataError, match=told):
        load_resources(written(tmp_path, SHIPPED.replace(old, new)))
