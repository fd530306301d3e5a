from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from errors import DataError
from features.feeds.catalogue import all_contracts, contract_names, load_contract, shipped_names
from features.feeds.contract import Contract
from features.feeds.draft import write_draft
from features.feeds.personal import holds_personal_value, is_personal
from features.incidents.plans import feed_plan
from tests.support.contracts import contract, write_contract
from tests.support.exports import make_mapping, make_workspace, write_csv


def test_every_shipped_contract_is_whole_and_says_why(tmp_path: Path) -> None:
    contracts = all_contracts(tmp_path)
    assert {item.name for item in contracts} == set(shipped_names())
    assert len(contracts) == 12
    for item in contracts:
        assert not item.unfilled()
        assert item.retention.days > 0
        assert 0 < item.volume.most < 1_000_000


def test_searches_are_kept_for_equality_alone(tmp_path: Path) -> None:
    assert load_contract(tmp_path, "stop-search").use == "equality"
    assert {item.name for item in all_contracts(tmp_path) if item.use == "demand"} == {
        "force-crime",
        "police-uk",
        "stats19",
        "deliberate-fires",
        "council-asb",
        "action-fraud",
    }


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"columns": {"victim": {"column": "Victim Name", "type": "code"}}}, "'Victim Name' is about persons"),
        ({"columns": {"dob": {"column": "d", "type": "date"}}}, "'dob' is about persons"),
        ({"columns": {"notes": "Notes"}}, "free text is never kept"),
        ({"columns": {"rule": {"column": "r", "type": "code"}}}, "'rule' is no name for a column"),
        ({"revision_rule": "column"}, "go together"),
        ({"revision_rule": "newest-delivery"}, "incident_id"),
        ({"flags": {"knife": "Knife crime"}}, "'knife' in .flags. is no column of type flag"),
        ({"file_period": "%m"}, "%Y, %m and %d"),
        ({"name": "City Crime"}, "small letters"),
    ],
)
def test_a_contract_that_could_not_be_kept_is_refused(keys: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        contract(**keys)


def test_a_mapping_of_a_column_about_persons_is_refused() -> None:
    with pytest.raises(ValidationError, match="'victim_name' is about persons"):
        make_mapping({"source_type": "victim_name"})


@pytest.mark.parametrize(
    "column",
    [
        "Victim Name",
        "surname",
        "FirstName",
        "DOB",
        "Date of Birth",
        "phone_number",
        "Telephone",
        "E-mail",
        "Home Address",
        "address",
        "NHS Number",
        "suspectAddress",
        "Ni number",
        "Officer Name",
        "postcode",
        "driverPostcode",
    ],
)
def test_columns_about_persons_are_known(column: str) -> None:
    assert is_personal(column)


@pytest.mark.parametrize(
    "column",
    [
        "LSOA name",
        "Neighbourhood Name",
        "station_name",
        "street_name",
        "Offence",
        "mobile_patrol",
        "birth_rate",
        "block_address",
        "reported_by",
        "officer_defined_ethnicity",
        "victim_lsoa",
        "council",
        "driver_age_band",
    ],
)
def test_columns_about_places_and_things_are_no_persons(column: str) -> None:
    assert not is_personal(column)


@pytest.mark.parametrize("value", ["jo@example.org", "call 07700 900123", "+44 7700 900123", "AB 12 34 56 C"])
def test_values_that_identify_a_person_are_known(value: str) -> None:
    assert holds_personal_value(value)


@pytest.mark.parametrize("value", ["BURGLARY 28E", "2024-01-05", "E01021234", "105A", "0123"])
def test_values_that_do_not_are_left_alone(value: str) -> None:
    assert not holds_personal_value(value)


@pytest.mark.parametrize(
    ("pattern", "name", "span"),
    [
        ("%Y-%m", "city_2023-05.csv", (date(2023, 5, 1), date(2023, 5, 31))),
        ("%Y-%m", "2023-12.csv", (date(2023, 12, 1), date(2023, 12, 31))),
        ("%Y%m%d", "city20230531.csv", (date(2023, 5, 31), date(2023, 5, 31))),
        ("%Y", "2023 final.csv", (date(2023, 1, 1), date(2023, 12, 31))),
    ],
)
def test_a_file_s_name_tells_the_period_it_was_made_for(pattern: str, name: str, span: tuple[date, date]) -> None:
    assert contract(file_period=pattern).file_span(name) == span


def test_a_workspace_s_own_contract_goes_before_a_shipped_one(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    columns = ["period = 'day'", "[columns]", "occurred_from = 'd'", "area_code = 'a'"]
    write_contract(workspace, "stats19", columns)
    write_contract(workspace, "town", columns)
    assert load_contract(workspace.root, "stats19").title == "City"
    assert "town" in contract_names(workspace.root)
    with pytest.raises(DataError, match="no contract of this feed; use one of action-fraud"):
        load_contract(workspace.root, "village")
    with pytest.raises(DataError, match="is no name of a feed"):
        load_contract(workspace.root, "../town")


def test_a_typo_in_a_contract_names_the_key(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    write_contract(workspace, "town", ["period = 'day'", "retentoin = 3", "[columns]", "occurred_from = 'd'"])
    with pytest.raises(DataError, match="unknown key 'retentoin'; write 'retention'"):
        load_contract(workspace.root, "town")


def test_a_draft_lists_the_spellings_of_a_sample_and_takes_nothing_in_before_it_is_filled_in(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    write_csv(tmp_path / "in" / "a.csv", "Date Occurred,Beat,Offence Type,Victim Name", ["2024-01-05,B1,x,Jo"])
    write_csv(tmp_path / "in" / "b.csv", "Occurred,Beat,Offence,Weapon", ["2024-02-05,B1,x,none"])
    path = write_draft(workspace.root, "town", tmp_path / "in", None)
    text = path.read_text("utf-8")
    assert "Victim" not in text
    assert '# weapon = { column = "Weapon", type = "code" }' in text
    terms = load_contract(workspace.root, "town")
    assert terms.columns["occurred_from"].column == ("Occurred", "Date Occurred")
    assert terms.unfilled() == ("partner", "owner", "purpose", "lawful_basis")
    with pytest.raises(DataError, match="does not say yet: partner, owner, purpose, lawful_basis"):
        feed_plan(workspace, "town", lambda: None)  # type: ignore[arg-type, return-value]
    with pytest.raises(DataError, match="a contract of this feed already"):
        write_draft(workspace.root, "town", None, None)


def test_a_draft_may_copy_another_contract(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    write_draft(workspace.root, "town-crime", None, "force-crime")
    copied: Contract = load_contract(workspace.root, "town-crime")
    assert copied.columns == load_contract(workspace.root, "force-crime").columns
    with pytest.raises(DataError, match="write 'force-crime'"):
        write_draft(workspace.root, "other", None, "force-crimes")
