from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.areas.changes import CodeChanges, Pair
from features.areas.files import AreaFile, read_area_file
from features.feeds.contract import Contract
from features.feeds.mapped import export_rows, read_export, wanted_of
from features.feeds.mapping import FeedMapping
from features.feeds.places import Places
from features.feeds.reading import Reading, Setting
from features.feeds.sources import Content
from features.feeds.strand_rules import rules_of
from features.feeds.tables import read_table
from features.feeds.values import Coded
from features.strands import Taxonomy
from tests.support.exports import RECEIVED, make_mapping

OPEN = Taxonomy("open", False, ())
CHANGES = CodeChanges(
    ("2011", "2021"),
    (
        Pair("U1", "U1", "U"),
        Pair("OLD", "N1", "S"),
        Pair("OLD", "N2", "S"),
        Pair("A", "AB", "M"),
        Pair("B", "AB", "M"),
        Pair("EDGE", "IN", "X"),
        Pair("EDGE", "OUT", "X"),
    ),
)
NEWER = "area_code,population\nU1,1\nN1,3000\nN2,1000\nAB,1\nIN,1\n"
OLDER = "area_code,population\nU1,1\nOLD,1\nA,100\nB,300\nEDGE,1\n"
KEYED = make_mapping({"incident_id": "id"})


def areas(folder: Path, text: str) -> AreaFile:
    path = folder / "areas.csv"
    path.write_text(text, encoding="utf-8")
    return read_area_file(path)


def read(text: str, places: Places, mapping: FeedMapping | None = None) -> Reading:
    mapping = mapping or make_mapping()
    setting = Setting(places, OPEN, b"salt", RECEIVED)
    contract = Contract.of_mapping(mapping)
    content = Content("f.csv", text.encode(), "hash")
    return read_export(content, contract, rules_of(contract, OPEN, ""), setting)


def table(code: str, number: int) -> list[str]:
    return [f"2024-01-{1 + index % 28:02d},{code},kind {index}" for index in range(number)]


def placed(reading: Reading) -> Counter[str]:
    return Counter(reading.facts["area"].astype(str))


def test_unchanged_and_merged_codes_map_one_to_one(tmp_path: Path) -> None:
    newer = Places.of(areas(tmp_path, NEWER), CHANGES)
    weights = np.ones(5, dtype=np.int64)
    assert newer.of_codes(["U1", "a", "B", "OLD", "nowhere"], weights) == ["U1", "AB", "AB", None, None]
    older = Places.of(areas(tmp_path, OLDER), CHANGES)
    assert older.of_codes(["N1", "N2", "IN", "AB", "OUT"], weights) == ["OLD", "OLD", "EDGE", None, "EDGE"]
    assert Places.of(areas(tmp_path, NEWER)).of_codes(["A"], weights[:1]) == [None]


@pytest.mark.parametrize(
    ("text", "code", "expected"), [(NEWER, "OLD", {"N1": 30, "N2": 10}), (OLDER, "AB", {"A": 10, "B": 30})]
)
def test_rows_of_a_split_code_are_shared_by_residents(
    tmp_path: Path, text: str, code: str, expected: dict[str, int]
) -> None:
    places = Places.of(areas(tmp_path, text), CHANGES)
    rows = table(code, 40)
    reading = read("\n".join(["when,where,what", *rows]), places)
    assert placed(reading) == expected
    assert len(reading.quarantined) == 0
    assert reading.notices == ("40 rows have codes of another edition of the areas, and go where the lookup says",)
    reverse = read("\n".join(["when,where,what", *reversed(rows)]), places)
    assert dict(zip(reading.facts["offence"], reading.facts["area"], strict=True)) == dict(
        zip(reverse.facts["offence"], reverse.facts["area"], strict=True)
    )


def test_an_incident_is_placed_alike_in_every_delivery(tmp_path: Path) -> None:
    places = Places.of(areas(tmp_path, NEWER), CHANGES)
    header = "id,when,where,what\n"
    rows = [f"case {index},2024-01-05,OLD,x" for index in range(60)]
    whole = read(header + "\n".join(rows), places, KEYED)
    part = read(header + "\n".join(["new,2024-01-09,OLD,y", *rows[40:]]), places, KEYED)
    where = dict(zip(whole.facts["key_low"], whole.facts["area"], strict=True))
    assert [where[key] for key in part.facts["key_low"][1:]] == part.facts["area"][1:].tolist()
    assert len(placed(whole)) == 2


def test_a_row_whose_share_lies_outside_the_list_is_kept_aside(tmp_path: Path) -> None:
    reading = read("\n".join(["when,where,what", *table("EDGE", 10)]), Places.of(areas(tmp_path, NEWER), CHANGES))
    assert len(reading.facts) + len(reading.quarantined) == 10
    assert placed(reading) == {"IN": 5}
    assert set(reading.quarantined["rule"]) == {"outside-areas"}
    assert set(reading.quarantined["area_code"]) == {"EDGE"}


def test_a_point_says_more_than_a_share(tmp_path: Path) -> None:
    def square(x: int) -> str:
        ring = [[x, 0], [x + 1, 0], [x + 1, 1], [x, 1], [x, 0]]
        return f'{{"type":"Polygon","coordinates":[{ring}]}}'

    features = ",".join(
        f'{{"type":"Feature","properties":{{"area_code":"{code}"}},"geometry":{square(x)}}}'
        for code, x in (("N1", 10), ("N2", 11), ("AB", 12), ("U1", 13))
    )
    path = tmp_path / "areas.geojson"
    path.write_text(f'{{"type":"FeatureCollection","features":[{features}]}}', encoding="utf-8")
    places = Places.of(read_area_file(path), CHANGES)
    mapping = make_mapping({"longitude": "x", "latitude": "y"})
    rows = ["2024-01-01,OLD,a,11.5,0.5", "2024-01-01,OLD,b,10.5,0.5", "2024-01-01,OLD,c,11.2,0.5"]
    reading = read("\n".join(["when,where,what,x,y", *rows]), places, mapping)
    assert reading.facts["area"].tolist() == ["N2", "N1", "N2"]


def test_a_row_of_which_only_the_hash_of_its_key_is_held_is_placed_as_before(tmp_path: Path) -> None:
    places = Places.of(areas(tmp_path, NEWER), CHANGES)
    setting, contract = Setting(places, OPEN, b"salt", RECEIVED), Contract.of_mapping(KEYED)
    content = Content(
        "f.csv", ("id,when,where,what\n" + "\n".join(f"case {n},2024-01-05,OLD,x" for n in range(60))).encode(), ""
    )
    raw = read_table(content, wanted_of(contract))
    hashed = replace(
        raw,
        columns={**raw.columns, "incident_id": Coded(np.zeros(60, dtype=np.int32), ("held",))},
        keys=setting.keys_of(contract.name, raw),
    )
    rules = rules_of(contract, OPEN, "")
    whole, again = (export_rows(table, "", contract, rules, setting).facts for table in (raw, hashed))
    assert whole[["area", "key_high", "key_low", "fingerprint"]].equals(
        again[["area", "key_high", "key_low", "fingerprint"]]
    )
    assert len(set(whole["area"])) == 2
