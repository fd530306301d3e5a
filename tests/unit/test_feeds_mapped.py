import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from errors import DataError
from features.areas.files import read_area_file
from features.feeds.contract import Contract
from features.feeds.mapped import read_export
from features.feeds.mapping import FeedMapping
from features.feeds.places import Places
from features.feeds.reading import Reading, Setting
from features.feeds.sources import Content
from features.feeds.strand_rules import rules_of
from features.strands import Taxonomy
from tests.support.exports import RECEIVED, make_mapping

OPEN = Taxonomy("open", False, ())
SQUARES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"area_code": code},
            "geometry": {"type": "Polygon", "coordinates": [[[x, 0], [x + 1, 0], [x + 1, 1], [x, 1], [x, 0]]]},
        }
        for code, x in (("west", 10), ("east", 11))
    ],
}


def read(text: str, mapping: FeedMapping | None = None, places: Places | None = None) -> Reading:
    mapping = mapping or make_mapping()
    setting = Setting(places or Places(), OPEN, b"salt", RECEIVED)
    contract = Contract.of_mapping(mapping)
    rules = rules_of(contract, OPEN, "m.toml")
    return read_export(Content("f.csv", text.encode(), "hash"), contract, rules, setting)


def broken(text: str, mapping: FeedMapping | None = None, places: Places | None = None) -> list[tuple[int, str]]:
    reading = read(text, mapping, places)
    return list(zip(reading.quarantined["row"].tolist(), reading.quarantined["rule"].tolist(), strict=True))


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (",A,x", "no-date"),
        ("N/A,A,x", "no-date"),
        ("soon,A,x", "bad-date"),
        ("2023-02-29,A,x", "bad-date"),
        ("1019-02-28,A,x", "bad-date"),
        ("2024-07-03,A,x", "future-date"),
        ("2024-01-05, ,x", "no-area"),
        ("2024-01-05,A,null", "no-offence"),
        ("2024-01-05,A", "ragged-row"),
        ("2024-01-05,A,x,y", "ragged-row"),
        ("2024-01-05,A\0,x", "nul-byte"),
        ("soon,,", "bad-date"),
    ],
)
def test_a_row_that_breaks_a_rule_is_set_aside_with_it(row: str, rule: str) -> None:
    assert broken(f"when,where,what\n2024-01-05,A,x\n{row}\n") == [(3, rule)]


@pytest.mark.parametrize(
    ("columns", "values", "rule"),
    [
        ({"count": "n"}, "two", "bad-count"),
        ({"count": "n"}, "1.5", "bad-count"),
        ({"count": "n"}, "1e999", "bad-count"),
        ({"count": "n"}, "", "bad-count"),
        ({"occurred_to": "n"}, "2024-01-04", "ends-before-it-begins"),
        ({"occurred_to": "n"}, "later", "bad-end-date"),
        ({"recorded_at": "n"}, "2024-01-04", "recorded-before-occurred"),
        ({"recorded_at": "n"}, "2025-01-04", "recorded-in-future"),
        ({"recorded_at": "n"}, "??", "bad-recorded-date"),
        ({"incident_id": "what", "revision": "n"}, "first", "bad-revision"),
    ],
)
def test_optional_columns_have_rules_too(columns: dict[str, str], values: str, rule: str) -> None:
    text = f"when,where,what,n\n2024-01-05,A,x,{values}\n"
    assert broken(text, make_mapping(columns)) == [(2, rule)]


def test_an_offence_without_a_strand_is_set_aside() -> None:
    text = "when,where,what\n2024-01-05,A,theft\n2024-01-05,A,arson\n"
    assert broken(text, make_mapping(strands={"theft": "Theft"})) == [(3, "offence-not-mapped")]


def test_counts_may_be_negative_and_written_as_floats() -> None:
    reading = read(
        'when,where,what,n\n2024-01-05,A,x,-2\n2024-01-05,A,x,3.0\n2024-01-05,A,x,"1,200"\n',
        make_mapping({"count": "n"}),
    )
    assert reading.facts["count"].tolist() == [-2, 3, 1200]


def test_area_codes_lose_the_fraction_of_floats_and_match_but_for_case() -> None:
    codes = ["12.0", "12", "West  Hill", "WEST HILL ", "West Hill"]
    reading = read("when,where,what\n" + "".join(f"2024-01-05,{code},x\n" for code in codes))
    assert reading.facts["area"].tolist() == ["12", "12", "West Hill", "West Hill", "West Hill"]


def test_a_closed_list_of_areas_is_matched_but_for_case_and_leading_zeros() -> None:
    places = Places(("007", "Alpha", "ALPHA 2"))
    text = "when,where,what\n2024-01-05,7.0,x\n2024-01-05,alpha,x\n2024-01-05,beta,x\n"
    assert read(text, places=places).facts["area"].tolist() == ["007", "Alpha"]
    assert broken(text, places=places) == [(4, "outside-areas")]


def test_coordinates_are_placed_into_polygons(tmp_path: Path) -> None:
    path = tmp_path / "squares.geojson"
    path.write_text(json.dumps(SQUARES), encoding="utf-8")
    mapping = FeedMapping.model_validate(
        {
            "period": "day",
            "name": "city",
            "columns": {"occurred_from": "when", "longitude": "x", "latitude": "y", "offence": "what"},
        }
    )
    points = ["10.5,.5", "11.0,.5", "11.5,.5", "0,0", ",", "9,.5"]
    text = "when,x,y,what\n" + "".join(f"2024-01-05,{point},a\n" for point in points)
    places = Places.of(read_area_file(path))
    assert read(text, mapping, places).facts["area"].tolist() == ["west", "east", "east"]
    assert broken(text, mapping, places) == [(5, "no-area"), (6, "no-area"), (7, "outside-areas")]
    with pytest.raises(DataError, match="no polygons"):
        read(text, mapping)


def test_a_fact_is_known_at_its_recording_else_at_the_end_of_its_period() -> None:
    def known(period: str, recorded: str, delay: int = 0) -> str:
        mapping = make_mapping({"recorded_at": "r"}, period=period, publication_delay_days=delay)
        return str(read(f"when,where,what,r\n2024-01-05,A,x,{recorded}\n", mapping).facts["known_at"][0])

    assert known("day", "") == "2024-01-06 00:00:00"
    assert known("day", "", delay=3) == "2024-01-09 00:00:00"
    assert known("month", "") == "2024-02-01 00:00:00"
    assert known("day", "2024-01-20") == "2024-01-21 00:00:00"
    assert known("day", "2024-01-20 15:30") == "2024-01-20 15:30:00"


def test_natural_keys_are_held_only_as_keyed_hashes() -> None:
    mapping = make_mapping({"incident_id": "id"})
    text = "when,where,what,id\n2024-01-05,A,x,JA123456\n2024-01-05,,x,JA123457\n"
    facts, quarantined = read(text, mapping).facts, read(text, mapping).quarantined
    assert not any("JA12" in frame.to_csv() for frame in (facts, quarantined))
    other = Setting(Places(), OPEN, b"another salt", RECEIVED)
    contract = Contract.of_mapping(mapping)
    rules = rules_of(contract, OPEN, "m.toml")
    elsewhere = read_export(Content("f.csv", text.encode(), "hash"), contract, rules, other).facts
    assert facts["key_high"].tolist() != elsewhere["key_high"].tolist()


def test_columns_that_are_not_mapped_are_named_or_refused() -> None:
    text = "when,where,victim_name,what\n2024-01-05,A,Jo,x\n"
    reading = read(text)
    assert reading.not_stored == ("victim_name",)
    assert "Jo" not in reading.facts.to_csv()
    with pytest.raises(DataError, match="not mapped: victim_name"):
        read(text, make_mapping(strict=True))


def test_months_under_a_daily_mapping_are_refused_with_the_fix() -> None:
    with pytest.raises(DataError, match='period = "month"'):
        read("when,where,what\n2024-01,A,x\n")


def test_a_place_may_be_a_day_ahead_of_utc() -> None:
    assert datetime(2024, 7, 1, 12, tzinfo=UTC) == RECEIVED
    assert read("when,where,what\n2024-07-02,A,x\n").facts["day"][0].date() == date(2024, 7, 2)


def test_points_place_rows_whose_codes_are_of_other_areas_altogether(tmp_path: Path) -> None:
    path = tmp_path / "squares.geojson"
    path.write_text(json.dumps(SQUARES), "utf-8")
    places = Places.of(read_area_file(path))
    mapping = make_mapping({"longitude": "x", "latitude": "y"})
    head = "when,where,what,x,y\n"
    grid = read(f"{head}2024-01-05,E01021234,t,10.5,0.5\n2024-01-05,E01021235,t,30,0.5\n", mapping, places)
    assert grid.facts["area"].tolist() == ["west"]
    assert grid.quarantined["rule"].tolist() == ["outside-areas"]
    # One known code shows that the codes are these areas', so the other one is wrong.
    mixed = read(f"{head}2024-01-05,east,t,10.5,0.5\n2024-01-05,E01021234,t,10.5,0.5\n", mapping, places)
    assert mixed.facts["area"].tolist() == ["east"]
    assert mixed.quarantined["rule"].tolist() == ["outside-areas"]
