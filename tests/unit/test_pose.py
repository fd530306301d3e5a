"""Posing: every cell and link of a programme is what the forecast and the file say."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from errors import AllocationError, DataError
from features.harm import Harm
from models.allocation.choices import Choices, ClosedPost, Lock
from models.allocation.pose import pose
from models.allocation.posed import Posed
from models.allocation.programme.posts import TOGETHER
from models.allocation.programme.values import Met, Share
from models.allocation.resources import Resources
from models.runs import ForecastRun
from models.spread import Shock, Spread
from tests.support.plan_runs import STRANDS, plan_run, resource_text, resources

MEAN = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
RUN = plan_run(MEAN)
TEAM = resource_text("team")
PRESENT = "hours_for_63_percent = { low = 10, central = 20, high = 40 }"
EFFECT = (
    "ceiling = { low = 0.1, central = 0.2, high = 0.4 }\nhalf_life_days = { low = 1, central = 3.5, high = 7 }\n"
    "visit_minutes = 15\nplaces = 2"
)


def posed(made: Resources, choices: Choices | None = None, run: ForecastRun = RUN, harm: Harm | None = None) -> Posed:
    return pose(run, made, choices or Choices(), harm or Harm())


def test_by_capacity_each_strand_has_its_post_and_an_hour_is_so_many_incidents() -> None:
    problem = posed(resources(resource_text("team", more="travel = 0.25"))).problem
    assert (problem.objective, problem.resources) == ("reached", ("team",))
    assert problem.posts.strand.tolist() == [0, 1, 2, 0, 1, 2]
    assert problem.posts.area.tolist() == [0, 0, 0, 1, 1, 1]
    assert problem.links.cell.tolist() == [0, 1, 2, 3, 4, 5]
    assert problem.links.rate == pytest.approx(np.full(6, 0.75))
    assert isinstance(problem.value, Met)
    assert problem.value.mean.tolist() == [1, 2, 3, 4, 5, 6]
    assert set(problem.value.dispersion.tolist()) == {0.5}


@pytest.mark.parametrize(("level", "rate"), [("low", 0.5), ("central", 1.0), ("high", 2.0)])
def test_more_minutes_are_less_effect(level: Any, rate: float) -> None:
    assert posed(resources(TEAM), Choices(effect=level)).problem.links.rate[0] == rate


def test_minutes_differ_by_strand_and_a_strand_that_is_left_out_has_no_post() -> None:
    meets = (
        'strands = ["burglary"]\nminutes_an_incident = { low = 60, central = 240, high = 480 }\nsource = "made up"\n'
        '[[resource.meets]]\nstrands = ["asb"]\nminutes_an_incident = { low = 10, central = 20, high = 30 }'
    )
    text = resource_text("team", more='strands = ["asb", "burglary"]', meets=meets)
    problem = posed(resources(text.replace("[resource.meets]", "[[resource.meets]]", 1))).problem
    assert problem.posts.strand.tolist() == [0, 1, 0, 1]
    assert problem.links.rate.tolist() == [3.0, 0.25, 3.0, 0.25]
    assert problem.value.mean.tolist() == [1, 2, 3, 4, 5, 6]


def test_only_what_may_draw_patrols_is_demand() -> None:
    problem = posed(resources(TEAM), run=plan_run(MEAN, share=0.5)).problem
    assert problem.value.mean.tolist() == [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]


def test_by_presence_all_strands_of_an_area_are_one_cell() -> None:
    text = resource_text("patrol", "patrol", meets=PRESENT)
    problem = posed(resources(text, weights="weights = { asb = 2, burglary = 1, robbery = 4 }")).problem
    assert problem.posts.strand.tolist() == [TOGETHER, TOGETHER]
    assert problem.cell_strand.tolist() == [-1, -1]
    assert problem.links.rate.tolist() == [1 / 20, 1 / 20]
    assert isinstance(problem.value, Share)
    assert (problem.value.weight * problem.value.mean).tolist() == pytest.approx([16.0, 37.0])
    assert problem.expected(np.array([20.0, 0.0])).tolist() == pytest.approx([16.0 * (1 - math.exp(-1)), 0.0])


def test_by_presence_of_some_strands_each_strand_is_a_cell() -> None:
    text = resource_text("patrol", "patrol", meets=PRESENT, more='strands = ["asb", "robbery"]')
    problem = posed(resources(text)).problem
    assert len(problem.posts) == 2
    assert problem.links.post.tolist() == [0, 0, 1, 1]
    assert problem.links.cell.tolist() == [0, 2, 3, 5]
    assert problem.cell_strand.tolist() == [0, 1, 2, 0, 1, 2]


def test_a_month_stretches_what_a_week_holds() -> None:
    text = resource_text("patrol", "patrol", meets=PRESENT, hours=70)
    problem = posed(resources(text), run=plan_run(MEAN, period="month")).problem
    weeks = 31 / 7
    assert problem.rules[0].upper.tolist() == pytest.approx([70 * weeks])
    assert problem.links.rate == pytest.approx(np.full(2, 1 / (20 * weeks)))


def test_visits_at_the_rate_at_which_they_fade_prevent_half_of_the_ceiling() -> None:
    text = resource_text("foot", "patrol", effect=EFFECT, more="travel = 0.2\ncrew = 2")
    problem = posed(resources(text, head='objective = "prevented"')).problem
    visits_a_day, places, people = math.log(2) / 3.5, 2, 2
    hours = visits_a_day * 7 * places * people * 15 / 60 / 0.8
    met = problem.value.met(problem.dose(np.array([hours, 0.0])))
    assert met.tolist() == pytest.approx([0.5 * 0.2 * 6.0, 0.0])
    assert problem.value.met(problem.dose(np.array([0.0, 1e9]))).tolist() == pytest.approx([0.0, 0.2 * 15.0])


@pytest.mark.parametrize(("level", "ceiling"), [("low", 0.1), ("high", 0.4)])
def test_the_range_of_an_effect_is_the_files(level: Any, ceiling: float) -> None:
    text = resource_text("foot", "patrol", effect=EFFECT)
    problem = posed(resources(text), Choices(objective="prevented", effect=level)).problem
    assert problem.links.ceiling is not None
    assert set(problem.links.ceiling.tolist()) == {ceiling}
    half_life = {"low": 1, "high": 7}[level]
    assert problem.links.rate[0] == pytest.approx(60 / 15 / 2 / 7 * half_life / math.log(2))


def test_harm_prevented_places_teams_without_an_effect_by_caseload() -> None:
    foot = resource_text("foot", "patrol", effect=EFFECT)
    both = posed(resources(foot, TEAM, head='objective = "prevented"'))
    assert both.problem.resources == ("foot",)
    assert list(both.caseloads) == ["team"]
    assert [rules.kind for rules in both.caseloads["team"].rules] == ["total"]


def test_a_caseload_counts_cases_alike_whatever_their_weight() -> None:
    meets = (
        "minutes_an_incident = { low = 100, central = 600, high = 1200 }\n"
        "cases_an_incident = { low = 0.1, central = 0.5, high = 1 }"
    )
    case = resource_text("gang", "caseload", meets=meets, more='strands = ["robbery"]')
    made = resources(TEAM, case, weights="weights = { robbery = 9 }\nweight_of_unlisted = 1")
    problem = posed(made).caseloads["gang"]
    assert (problem.objective, problem.resources) == ("caseload", ("gang",))
    assert problem.posts.strand.tolist() == [2, 2]
    assert problem.cell_strand.tolist() == [2, 2]
    assert problem.value.mean.tolist() == [1.5, 3.0]
    assert problem.value.weight.tolist() == [1.0, 1.0]
    # An hour is a tenth of a case, and counts against the cases that there are.
    assert problem.links.rate.tolist() == pytest.approx([0.1 / 1.5, 0.1 / 3.0])
    assert problem.value.met(problem.dose(np.array([15.0, 0.0]))).tolist() == pytest.approx([1.5 * -math.expm1(-1), 0])
    assert posed(made).problem.resources == ("team",)


def test_a_strand_without_a_weight_is_unweighted_and_placed_by_a_little() -> None:
    told = posed(resources(TEAM, weights="weights = { asb = 2, robbery = 4 }"))
    assert list(told.unweighted) == ["burglary"]
    assert (told.weight_set, told.weight_source) == (None, "made up")
    assert told.problem.value.weight.tolist() == [2, 0, 4, 2, 0, 4]
    assert told.problem.value.placing.tolist() == pytest.approx([0, 2e-4, 0, 0, 2e-4, 0])
    assert "floor" in [rules.kind for rules in told.problem.rules]


def test_where_no_strand_has_a_weight_all_are_placed_by_their_incidents() -> None:
    told = posed(resources(TEAM, weights=""))
    assert list(told.unweighted) == list(STRANDS)
    assert set(told.problem.value.placing.tolist()) == {1.0}


KNOWN = {
    "area_codes": ["A0", "A1"],
    "parents": {"district": ["D0", "D1"], "ward": ["W", ""]},
    "population": [1000.0, None],
    "hectares": [100.0, None],
    "decile": [3.0, None],
}
TYPES = '[area_types]\ntown_centre_incidents_a_hectare = 1.0\nurban_residents_a_hectare = 5\nsource = "made up"\n'


def test_the_ground_is_what_the_record_knows() -> None:
    ground = posed(resources(TEAM, head=TYPES), run=plan_run(MEAN, meta={"ground": KNOWN})).ground
    assert ground.parents["ward"] == ("W", "")
    assert ground.decile[0] == 3
    assert np.isnan(ground.decile[1])
    assert ground.area_type == ("urban", "any")
    assert ground.names == ("Area A0", "Area A1")


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("urban_residents_a_hectare = 5", "urban_residents_a_hectare = 11", "rural"),
        ("hectare = 1.0", "hectare = 0.06", "town-centre"),
        ("source", 'areas = { A0 = "rural" }\nsource', "rural"),
    ],
)
def test_types_follow_the_files_thresholds_and_what_it_tells(old: str, new: str, kind: str) -> None:
    head = TYPES.replace(old, new)
    ground = posed(resources(TEAM, head=head), run=plan_run(MEAN, meta={"ground": KNOWN})).ground
    assert ground.area_type[0] == kind


def test_a_question_about_demand_leaves_types_as_they_are() -> None:
    head = TYPES.replace("hectare = 1.0", "hectare = 0.06")
    run = plan_run(MEAN, meta={"ground": KNOWN})
    assert posed(resources(TEAM, head=head), Choices(demand={"A0": 0.0}), run).ground.area_type[0] == "town-centre"


def test_a_run_that_kept_no_ground_has_names_and_districts() -> None:
    ground = posed(resources(TEAM, head=TYPES)).ground
    assert ground.district == ("D0", "D1")
    assert ground.area_type == ("any", "any")


def test_where_a_resource_may_go_is_by_district_and_type() -> None:
    run = plan_run(MEAN, meta={"ground": KNOWN})
    north = resource_text("north", more='where = { districts = ["D1"] }')
    town = resource_text("town", more='where = { area_types = ["town-centre"] }')
    problem = posed(resources(north, town, head=TYPES), run=run).problem
    assert problem.posts.area[problem.posts.resource == 0].tolist() == [1, 1, 1]
    # Nothing tells what A1 is, so nobody is kept from it.
    assert problem.posts.area[problem.posts.resource == 1].tolist() == [1, 1, 1]


def test_whole_shifts_are_rostered_where_a_resource_is_based() -> None:
    text = resource_text("team", more='shift_hours = [8, 10]\ncrew = 2\nbase = "district"')
    force = resource_text("force", more='base = "force"\nshift_hours = [12]')
    blocks = posed(resources(text, force), Choices(whole_shifts=True)).problem.blocks
    assert blocks is not None
    assert blocks.roster == ("The team, D0", "The team, D1", "The force")
    assert blocks.of_post.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 2]
    assert blocks.block_roster.tolist() == [0, 0, 1, 1, 2]
    assert blocks.block_hours.tolist() == [16, 20, 16, 20, 12]


SHOCK = Shock(np.full(1, 0.2), np.zeros(1))
NONE = Shock.none(3)
SPREAD = Spread(np.full(3, 0.1), Shock(np.full(3, 0.1), np.zeros(3)), NONE, SHOCK, NONE, SHOCK, np.ones(3))
WEEKS = "[rules.worst_weeks]\ndraws = 2000\nlevel = 0.9\nweight = 0.5\nseed = 7\n"


def test_worst_weeks_are_drawn_from_the_record_by_its_seed_and_thinned() -> None:
    run = plan_run(MEAN, share=0.5, meta={"spread": SPREAD.document()})
    first, again = (posed(resources(TEAM, head=WEEKS), run=run).problem.worst for _ in range(2))
    assert first is not None
    assert again is not None
    assert (first.level, first.weight) == (0.9, 0.5)
    assert np.array_equal(first.counts, again.counts)
    assert first.counts.shape == (2000, 6)
    assert first.counts.mean(axis=0) == pytest.approx(np.array(MEAN).reshape(-1) / 2, rel=0.1)
    # Cells go together by the shocks that they share: var 0.2 of the force, and of a district 0.2 more.
    apart = np.cov(first.counts[:, 1], first.counts[:, 4])[0, 1]
    assert apart == pytest.approx(1.0 * 2.5 * 0.2, rel=0.35)


def test_a_question_about_an_area_leaves_the_drawn_weeks_of_others_as_they_are() -> None:
    run = plan_run(MEAN, meta={"spread": SPREAD.document()})
    made = resources(TEAM, head=WEEKS)
    before, after = posed(made, run=run).problem, posed(made, Choices(demand={"A0": 2.0}), run).problem
    assert before.worst is not None
    assert after.worst is not None
    assert np.array_equal(after.worst.counts[:, 3:], before.worst.counts[:, 3:])
    assert np.array_equal(after.worst.counts[:, :3], 2 * before.worst.counts[:, :3])
    assert after.value.mean.tolist() == [2, 4, 6, 4, 5, 6]


def test_a_request_stands_in_place_of_the_files_rules() -> None:
    head = "[rules]\nminimum_per_area = 1\nminimum_per_district = { D0 = 5 }\n"
    choices = Choices(minimum_per_area=2.0, maximum_per_area=30.0, minimum_per_district={"D1": 7.0})
    rules = posed(resources(TEAM, head=head), choices).problem.rules
    named = {
        name: (low, high) for one in rules for name, low, high in zip(one.names, one.lower, one.upper, strict=True)
    }
    assert (named["D0"][0], named["D1"][0]) == (5, 7)
    assert [one.kind for one in rules].count("cap") == 1


def test_rules_rest_where_nothing_is_known_of_what_they_speak_of_and_the_plan_says_so() -> None:
    head = '[rules]\ndisparity = { low = 0.8, high = 1.25 }\nminimum_per_district = { "*" = 5 }\n'
    told = posed(resources(TEAM, head=head), run=plan_run(MEAN, meta={"districts": {}}))
    assert {rules.kind for rules in told.problem.rules} == {"total"}
    assert told.resting == (
        "No area has a deprivation decile, so hours are not held against need by decile.",
        "No district is known, so none has a floor.",
    )
    known = posed(resources(TEAM, head=head), run=plan_run(MEAN, meta={"ground": {**KNOWN, "decile": [1.0, 2.0]}}))
    assert {rules.kind for rules in known.problem.rules} == {"total", "floor", "disparity"}
    assert known.resting == ()


def test_declined_tasks_and_locks_reach_the_rules() -> None:
    choices = Choices(closed=(ClosedPost("team", "A0"),), locks=(Lock("team", "A1", 3.0, "asb"),))
    kinds = [rules.kind for rules in posed(resources(TEAM), choices).problem.rules]
    assert kinds.count("lock") == 2


@pytest.mark.parametrize(
    ("made", "choices", "sentence"),
    [
        ({}, Choices(horizon=3), "horizon: the forecast 2024-07-01-made-up has no horizon 3; use one of: 1."),
        ({}, Choices(minimum_per_area=math.nan), "minimum hours per area: nan is no number of hours"),
        ({}, Choices(maximum_per_area=-1.0), "maximum hours per area: -1 is no number of hours"),
        ({}, Choices(minimum_per_district={"D0": 1e9}), "district minimum of D0: 1e+09 is no number of hours"),
        ({}, Choices(minimum_per_area=5.0, maximum_per_area=4.0), "minimum of 5 hours of an area is above"),
        ({}, Choices(demand={"A7": 2.0}), "demand: there is no area 'A7'; use an area of the forecast, such as A0."),
        ({}, Choices(demand={"A0": math.nan}), "demand of A0: nan is no factor of demand"),
        ({}, Choices(objective="prevented"), "no patrol or team may work anywhere"),
        ({}, Choices(harm_set="days"), "there is no set of harm weights 'days'; name one of: equal."),
        ({}, Choices(worst_weeks=True), "recorded before how its areas vary together was; forecast again"),
        (
            {"weights": "weights = { asbo = 1 }"},
            Choices(),
            "harm weights: 'asbo' is no strand of the forecast; use the",
        ),
        (
            {"more": 'strands = ["asbo"]'},
            Choices(),
            "resource team: 'asbo' is no strand of the forecast; use the strands",
        ),
        ({"more": 'where = { districts = ["D7"] }'}, Choices(), "there is no district 'D7'; use one of: D0, D1."),
        (
            {"meets": 'strands = ["asb"]\nminutes_an_incident = { low = 1, central = 2, high = 3 }'},
            Choices(),
            "of 'burglary'",
        ),
        (
            {"head": TYPES.replace("source", 'areas = { A9 = "rural" }\nsource')},
            Choices(),
            "the forecast has no area 'A9'",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(made: Mapping[str, str], choices: Choices, sentence: str) -> None:
    told = {key: made[key] for key in ("head", "weights") if key in made}
    usual = "minutes_an_incident = { low = 30, central = 60, high = 120 }"
    text = resource_text("team", more=made.get("more", ""), meets=made.get("meets", usual))
    with pytest.raises((AllocationError, DataError)) as error:
        posed(resources(text, **told), choices)
    assert sentence in str(error.value)


def test_a_forecast_with_a_row_twice_is_refused() -> None:
    frame = RUN.frame.copy()
    frame.loc[0, "area_code"] = "A1"
    with pytest.raises(DataError, match="forecast again"):
        posed(resources(TEAM), run=ForecastRun(RUN.run_id, frame, RUN.meta, RUN.audit_id))


def test_a_mean_that_is_no_number_is_refused_with_its_cell() -> None:
    frame = RUN.frame.assign(mean=[math.nan, *RUN.frame["mean"][1:]])
    with pytest.raises(AllocationError, match="demand of area A0, strand asb: nan is no expected number"):
        posed(resources(TEAM), run=ForecastRun(RUN.run_id, frame, RUN.meta, RUN.audit_id))
