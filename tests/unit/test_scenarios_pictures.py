from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.allocation.programme.solver import solve
from models.allocation.scenarios import pictures
from models.allocation.scenarios.compare import compare
from models.allocation.scenarios.fairness import fairness
from models.allocation.scenarios.frontier import frontier
from models.allocation.scenarios.sensitivity import sensitivity
from tests.support.reasoned import capacity
from tests.support.scenarios import LABELS, banded, by_capacity, by_presence, invented, planned_of

COUNTY = invented()
EQUAL = replace(COUNTY, weight=np.ones(3))
# With two resources that are as good as each other everywhere, hours can be spread evenly at no cost.
ALONE = replace(COUNTY, hours=(50.0,))


def comparison(path: Path) -> None:
    pictures.draw_comparison(compare(by_capacity(COUNTY), by_capacity(EQUAL), ("own", "equal")), LABELS, path)


def harm_against_hours(path: Path) -> None:
    pictures.draw_frontier(frontier(capacity(COUNTY), solve), LABELS, path)


def price_of_fairness(path: Path) -> None:
    points = fairness(lambda band: planned_of(banded(capacity(ALONE), ALONE, band), ALONE))
    pictures.draw_fairness(points, LABELS, path)


def ranks(path: Path) -> None:
    told = sensitivity(("own", by_presence(COUNTY)), {"equal": lambda: by_presence(EQUAL)})
    pictures.draw_sensitivity(told, LABELS, path)


DRAWN = (comparison, harm_against_hours, price_of_fairness, ranks)


@pytest.mark.parametrize("draw", DRAWN)
def test_the_same_scenario_gives_the_same_picture(draw: Callable[[Path], None], tmp_path: Path) -> None:
    for suffix in pictures.SUFFIXES:
        first, second = tmp_path / f"first{suffix}", tmp_path / f"second{suffix}"
        draw(first)
        draw(second)
        assert first.read_bytes() == second.read_bytes()


def test_an_invented_picture_says_so() -> None:
    assert LABELS.mark == "SYNTHETIC: "
    assert replace(LABELS, synthetic=False).mark == ""
