"""The shipped resources: every number is told where it comes from, and the rules can be kept."""

from itertools import pairwise

import numpy as np
import pytest

from features.harm import Harm
from features.strands import taxonomy_of, taxonomy_text
from models.allocation.choices import Choices
from models.allocation.pose import pose
from models.allocation.programme.solver import solve
from models.allocation.resources import Resources, default_text, resources_of
from models.allocation.resources.effect import EVERY, Effect, Meets
from models.allocation.resources.resource import Ringfence
from tests.support.plan_runs import plan_run

TAXONOMY = taxonomy_of(taxonomy_text("essex-2018"), "essex-2018")
ESSEX = resources_of(default_text("essex-2018").decode(), TAXONOMY)
ASSUMED = "assumption, not a measurement"
AREAS = 40


def sources(resources: Resources) -> list[str]:
    found = [resources.harm.source]
    found += [resources.area_types.source] if resources.area_types else []
    for item in resources.resources:
        parts: list[Meets | Effect | Ringfence] = [*item.meets, *item.effect, *item.ringfence]
        found += [item.source, *(part.source for part in parts)]
        found += [item.response.source] if item.response else []
    return found


def test_essex_has_its_eleven_resources_and_an_owner_that_is_not_the_police() -> None:
    assert len(ESSEX.resources) == 11
    assert {item.kind for item in ESSEX.resources} == {"patrol", "team", "caseload"}
    assert {item.code for item in ESSEX.resources if item.kind == "caseload"} == {
        "domestic-abuse-offender-managers",
        "gang-intervention",
        "child-exploitation-team",
    }
    assert {item.owner for item in ESSEX.resources} == {"police", "charity"}


def test_every_number_is_published_somewhere_or_says_that_it_is_assumed() -> None:
    unsourced = [text for text in sources(ESSEX)[1:] if ASSUMED not in text and "20" not in text]
    assert unsourced == []
    assert any("41887-021-00067-2" in text for text in sources(ESSEX))


def test_every_strand_has_somebody_and_hot_spots_are_visited_for_10_to_20_minutes() -> None:
    named = {strand for item in ESSEX.resources for strand in item.strands if strand != EVERY}
    assert named == set(TAXONOMY.names()) - {"Rape and sexual offences"}
    assert any(EVERY in item.strands for item in ESSEX.resources)
    foot = next(item for item in ESSEX.resources if item.code == "hot-spot-foot-patrol")
    assert {10 <= effect.visit_minutes <= 20 for effect in foot.effect} == {True}


def test_effects_rise_with_their_level_in_every_place_where_there_is_one() -> None:
    run = plan_run(np.full((AREAS, 9), 0.5).tolist(), strands=sorted(TAXONOMY.names()))
    posed = [pose(run, ESSEX, Choices(effect=level), Harm()) for level in ("low", "central", "high")]
    for lesser, greater in pairwise(posed):
        assert (greater.problem.links.rate > lesser.problem.links.rate).all()


@pytest.mark.parametrize("objective", ["reached", "prevented"])
def test_the_rules_of_essex_can_be_kept(objective: str) -> None:
    weekly = np.random.default_rng(5).gamma(2.0, 2.0, size=(AREAS, 9))
    ground = {
        "area_codes": [f"A{number}" for number in range(AREAS)],
        "parents": {"district": [f"D{number % 4}" for number in range(AREAS)]},
        "population": [1500.0] * AREAS,
        "hectares": [30.0 + 20.0 * number for number in range(AREAS)],
        "decile": [1.0 + number % 10 for number in range(AREAS)],
    }
    run = plan_run(weekly.tolist(), strands=sorted(TAXONOMY.names()), meta={"ground": ground})
    posed = pose(run, ESSEX, Choices(objective="prevented" if objective == "prevented" else None), Harm())
    assert set(posed.ground.area_type) == {"town-centre", "urban", "rural"}
    plan = solve(posed.problem)
    for rules in posed.problem.rules:
        held = rules.matrix @ plan.hours
        assert (held >= rules.lower - 1e-6).all(), rules.kind
        assert (held <= rules.upper + 1e-6).all(), rules.kind
    kinds = {rules.kind for rules in posed.problem.rules}
    assert {"total", "floor", "disparity"} <= kinds
    assert ("response" in kinds) == (objective == "reached")
    for problem in posed.caseloads.values():
        assert 0 < solve(problem).harm < problem.value.mean.sum()


def test_another_taxonomy_begins_with_one_patrol() -> None:
    assert default_text("police-uk") == default_text() != default_text("essex-2018")
