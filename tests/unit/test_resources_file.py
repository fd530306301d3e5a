"""`resources.toml`, version 2: what it holds, and what it refuses."""

from pathlib import Path

import pytest

from errors import DataError
from features.strands import Taxonomy, load_taxonomy, taxonomy_of, taxonomy_text
from models.allocation.resources import Resources, default_text, load_resources, resources_of

ESSEX = taxonomy_of(taxonomy_text("essex-2018"), "essex-2018")
OPEN = Taxonomy("open", provisional=False, strands=())
PATROL = default_text().decode()

TEAM = """
[[resource]]
code = "team"
name = "Burglary team"
kind = "team"
owner = "police"
units = 5
hours_a_unit = 30
strands = ["burglary"]
source = "made up"

[resource.meets]
minutes_an_incident = { low = 60, central = 120, high = 240 }
source = "made up"
"""
EFFECT = """
[[resource.effect]]
ceiling = { low = 0.1, central = 0.2, high = 0.3 }
half_life_days = { low = 1, central = 2, high = 4 }
visit_minutes = 15
source = "made up"
"""
HEAD = 'version = 2\n[harm]\nsource = "made up"\nweight_of_unlisted = 1\n'


def loaded(text: str, taxonomy: Taxonomy = ESSEX) -> Resources:
    return resources_of(text, taxonomy)


def refusal(text: str, taxonomy: Taxonomy = ESSEX) -> str:
    with pytest.raises(DataError) as error:
        loaded(text, taxonomy)
    assert str(error.value).count(". ") == 0
    return str(error.value)


def test_the_general_file_has_one_patrol_by_presence() -> None:
    resources = loaded(PATROL, OPEN)
    (patrol,) = resources.resources
    assert (patrol.kind, patrol.by_presence, patrol.weekly_hours) == ("patrol", True, None)
    assert "not a harm index" in resources.harm.source
    assert "not a measurement" in patrol.meets[0].source


def test_its_comments_are_valid_settings(tmp_path: Path) -> None:
    text = PATROL
    for line in ("hours_a_week = 2400", "maximum_per_area = 60", '"North" = 200', '"Burglary" = 1'):
        assert f"# {line}" in text
        text = text.replace(f"# {line}", line)
    path = tmp_path / "resources.toml"
    path.write_text(text, encoding="utf-8")
    resources = load_resources(path, OPEN)
    assert resources.resources[0].weekly_hours == 2400
    assert (resources.rules.maximum_per_area, resources.harm.weights) == (60, {"Burglary": 1})


def test_strands_are_called_by_their_names_afterwards() -> None:
    resources = loaded(HEAD + TEAM + EFFECT.replace("ceiling", 'strands = ["Burglary"]\nceiling'))
    assert resources.resources[0].strands == ("Burglary",)
    assert resources.resources[0].effect[0].strands == ("Burglary",)
    assert resources.resources[0].weekly_hours == 150


def test_an_estimate_knows_which_of_its_ends_is_more_effect() -> None:
    team = loaded(HEAD + TEAM).resources[0]
    minutes = team.meets[0].minutes_an_incident
    assert minutes is not None
    assert [minutes.against(level) for level in ("low", "central", "high")] == [240, 120, 60]
    assert [minutes.at(level) for level in ("low", "central", "high")] == [60, 120, 240]


def test_the_document_holds_every_number_of_the_file() -> None:
    document = loaded(HEAD + TEAM).document()
    assert document["resource"][0]["meets"][0]["minutes_an_incident"] == {"low": 60, "central": 120, "high": 240}
    assert document["rules"]["minimum_per_area"] == 0


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("version = 2", "version = 1", "version 1 knows one patrol alone"),
        ("version = 2", "version = 3", "version"),
        ('kind = "team"', 'kind = "teem"', "kind"),
        ('owner = "police"', 'owner = "army"', "owner"),
        ("units = 5", "unit = 5", "write 'units'"),
        ("units = 5", "units = -5", "-5 is no number of units"),
        ("units = 5", "units = nan", "nan is no number of units"),
        ("units = 5", "units = 1e9", "1,000,000,000 is no number of units"),
        ("hours_a_unit = 30", "", "one of units and hours_a_unit"),
        ("hours_a_unit = 30", "hours_a_unit = 169", "169 is no number of hours of a unit in a week"),
        ("units = 5", "hours_a_week = 5\nunits = 5", "hours_a_week beside units"),
        ("units = 5\nhours_a_unit = 30", "", "'team' has no hours"),
        ('code = "team"', 'code = "Team A"', "'Team A' is no code"),
        ("low = 60,", "low = 600,", "do not ascend"),
        ("low = 60,", "low = 0,", "0 is no number of minutes"),
        ("low = 60, ", "", "'low' is missing"),
        ("minutes_an_incident", "hours_for_63_percnt", "write 'hours_for_63_percent'"),
        ('strands = ["burglary"]', 'strands = ["burglry"]', "'burglry' is no strand of the taxonomy essex-2018"),
        ('strands = ["burglary"]', "travel = 1.0", "1 is no share of hours spent on the way"),
        ('strands = ["burglary"]', "crew = 0", "0 is no number of people in a crew"),
        ('strands = ["burglary"]', "shift_hours = [8, 8]", "a shift of 8 hours twice"),
        ('strands = ["burglary"]', "shift_hours = [25]", "25 is no length of a shift"),
        ('kind = "team"', 'kind = "caseload"\nsurplus = 1', "unknown key 'surplus'"),
        ('source = "made up"\n\n[resource.meets]', "[resource.meets]", "'source' is missing"),
        ("[harm]", "[harm", "is not TOML"),
        ("weight_of_unlisted = 1", "weight_of_unlisted = -1", "-1 is no harm weight"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(old: str, new: str, sentence: str) -> None:
    text = HEAD + TEAM
    assert old in text
    told = refusal(text.replace(old, new, 1))
    assert sentence in told
    assert told.startswith("resources.toml")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD, "'resource' is missing"),
        (HEAD + TEAM + TEAM, "two resources have the code 'team'"),
        (HEAD + TEAM + TEAM.replace('"team"', '"other"', 1), "two resources have the name 'burglary team'"),
        (PATROL + TEAM, "'patrol' meets by hours_for_63_percent and 'team' by minutes_an_incident: choose one for all"),
        (HEAD + TEAM + "hours_for_63_percent = { low = 1, central = 2, high = 3 }", "and not both"),
        (HEAD + TEAM.replace("[resource.meets]", "[resource.where]").partition("minutes")[0], "do: give meets"),
        (HEAD + TEAM.partition("\n[resource.meets]")[0] + EFFECT, "'team' does not say what it meets"),
        (PATROL.replace('objective = "reached"', 'objective = "prevented"'), "'patrol' has no effect and no minutes"),
        (HEAD + TEAM.replace('"team"\nowner', '"caseload"\nowner') + EFFECT, "kind caseload: give minutes_an_incident"),
        (HEAD + TEAM + "cases_an_incident = { low = 0.1, central = 0.2, high = 0.3 }", "belongs to the kind caseload"),
        (HEAD + TEAM + EFFECT.replace("= 15", "= 90"), "90 is no length of a visit"),
        (
            HEAD + TEAM + EFFECT.replace("high = 0.3", "high = 1"),
            "1 is no share, which is a number above 0 and below 1",
        ),
        (HEAD + TEAM + EFFECT.replace("low = 1,", "low = 0,"), "0 is no number of days"),
        (HEAD.replace('source = "made up"', "") + TEAM, "the weights have no source"),
        (HEAD + 'set = "days"\n' + TEAM, "set stands beside weights or source"),
        (HEAD + "[harm.weights]\nburglary = 1\nBurglary = 2\n" + TEAM, "the strand 'Burglary' stands twice"),
        (
            HEAD
            + TEAM
            + TEAM.replace("team", "patrol").replace("Burglary", "P").replace("units = 5\nhours_a_unit = 30", "")
            + TEAM.replace("team", "foot").replace('kind = "foot"', 'kind = "patrol"'),
            "the patrol 'foot' has hours and 'patrol' has none",
        ),
    ],
)
def test_what_contradicts_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    assert sentence in refusal(text)


def test_an_open_taxonomy_takes_any_strand(tmp_path: Path) -> None:
    (tmp_path / "strands.toml").write_text('version = "open"\n', encoding="utf-8")
    taxonomy = load_taxonomy(tmp_path / "strands.toml")
    assert loaded(HEAD + TEAM, taxonomy).resources[0].strands == ("burglary",)
    assert loaded(HEAD + TEAM, taxonomy).listed == ()
