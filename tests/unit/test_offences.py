"""The list of offence codes, and that the shipped taxonomy names codes that exist."""

import csv
from pathlib import Path

import numpy as np
import pytest

from features.feeds.claims import Claims
from features.feeds.values import Coded
from features.strands import Taxonomy, load_taxonomy, taxonomy_text
from features.strands.inputs import takes
from features.strands.offences import codes_in, offence_groups, offence_list, offences
from tests.support.shared_data import shared_file


@pytest.fixture
def essex(tmp_path: Path) -> Taxonomy:
    path = tmp_path / "strands.toml"
    path.write_bytes(taxonomy_text("essex-2018"))
    return load_taxonomy(path)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("28E", ("28E",)),
        ("4.4/6/8", ("4.4", "4.6", "4.8")),
        ("1,4.1/10/2", ("1", "4.1", "4.10", "4.2")),
        ("1/4.1/4.10/4.2", ("1", "4.1", "4.10", "4.2")),
        ("8/1", ("8/1",)),
        ("UK Finance", ("UK Finance",)),
        (" ", ()),
    ],
)
def test_joined_codes_are_taken_apart(text: str, codes: tuple[str, ...]) -> None:
    assert codes_in(text) == codes


def test_each_code_of_a_joined_line_is_known() -> None:
    assert {offences()[code].name for code in ("1", "4.1", "4.2", "4.10", "1/4.1/4.10/4.2")} == {"Homicide"}
    assert offence_groups()["28E"] == "Burglary"


def test_every_code_has_the_group_and_the_type_that_its_source_gives() -> None:
    with shared_file("offences/home-office-to-police-uk.csv").open(encoding="utf-8", newline="") as file:
        source = list(csv.DictReader(file))
    assert len(source) == len(offence_list()) == 132
    given = {row["offence_code"]: (row["offence"], row["offence_group"], row["police_uk_category"]) for row in source}
    assert given.keys() == {item.code for item in offence_list()}
    for item in offence_list():
        name, group, kind = given[item.code]
        assert (item.name, item.group, item.police_uk.casefold()) == (name, group, kind.casefold())


def test_the_types_are_spelled_as_data_police_uk_spells_them(tmp_path: Path) -> None:
    (tmp_path / "types.toml").write_bytes(taxonomy_text("police-uk"))
    types = set(load_taxonomy(tmp_path / "types.toml").names())
    assert {item.police_uk for item in offence_list()} == types - {"Anti-social behaviour"}


def test_every_offence_code_that_the_taxonomy_names_exists(essex: Taxonomy) -> None:
    known = list(offences())
    named = [value for _, item in essex.inputs_of("force-crime") for value in item.where.get("offence", ())]
    assert [value for value in named if not any(takes([value], known))] == []


def claimed(essex: Taxonomy, **flags: str) -> dict[str, tuple[str, ...]]:
    """Return code -> the strands that claim an offence with these flags."""
    codes = tuple(offences())
    rows = np.arange(len(codes), dtype=np.int32)
    claims = Claims.of(essex, "force-crime")
    blank = {name: Coded(np.zeros_like(rows), (flags.get(name, "no"),)) for name in claims.columns}
    found = claims.rows({**blank, "offence": Coded(rows, codes)})
    names = [*found.names, ""]
    return {
        code: tuple(name for name in (names[found.primary[row]], *found.sets[found.also[row]]) if name)
        for row, code in enumerate(codes)
    }


def test_codes_go_to_the_strands_that_their_groups_tell(essex: Taxonomy) -> None:
    strands = claimed(essex)
    groups = {code: item.group for code, item in offences().items()}
    kinds = offence_groups()
    sexual = {code for code, names in strands.items() if "Rape and sexual offences" in names}
    assert sexual == {code for code in strands if groups[code] == "Sexual offences"}
    burglary = {code for code, names in strands.items() if "Burglary" in names}
    assert burglary == {code for code in strands if kinds[code] == "Burglary"}
    drugs = {code for code, names in strands.items() if "Gangs, county lines and drugs" in names}
    assert drugs == {code for code in strands if kinds[code] == "Drugs"}
    violent = {code for code, names in strands.items() if "Serious violence and knife crime" in names}
    assert violent >= {code for code in strands if kinds[code] == "Robbery"}
    assert not violent & {"8N", "104", "105A", "8L"}


def test_an_incident_of_several_strands_has_the_gravest_first(essex: Taxonomy) -> None:
    flagged = claimed(essex, domestic_abuse="yes", knife="yes", gang="yes")
    assert flagged["19D"] == (
        "Child abuse and exploitation",
        "Rape and sexual offences",
        "Serious violence and knife crime",
        "Domestic abuse",
        "Gangs, county lines and drugs",
    )
    assert flagged["46"] == (
        "Serious violence and knife crime",
        "Domestic abuse",
        "Gangs, county lines and drugs",
    )
    assert claimed(essex)["46"] == ()


@pytest.mark.parametrize(
    ("feed", "columns", "strand"),
    [
        ("stats19", {"collision_severity": "2"}, "Killed or seriously injured on the roads"),
        ("stats19", {"collision_severity": "3"}, None),
        ("council-asb", {"category": "noise"}, "Anti-social behaviour"),
        ("deliberate-fires", {"offence": "Secondary"}, "Anti-social behaviour"),
        ("action-fraud", {"cyber_enabled": "no"}, "Fraud and cyber crime"),
        ("police-uk", {"offence": "Drugs"}, "Gangs, county lines and drugs"),
        ("police-uk", {"offence": "Shoplifting"}, None),
        ("stop-search", {"object_of_search": "Drugs"}, None),
    ],
)
def test_partner_feeds_feed_their_strands(
    essex: Taxonomy, feed: str, columns: dict[str, str], strand: str | None
) -> None:
    one = {name: Coded(np.zeros(1, dtype=np.int32), (value,)) for name, value in columns.items()}
    found = Claims.of(essex, feed).rows(one)
    assert ([*found.names, None][found.primary[0]], found.sets[found.also[0]]) == (strand, ())


def test_with_open_data_alone_two_strands_are_proxies_and_five_have_no_feed(essex: Taxonomy) -> None:
    held = ["police-uk/essex"]
    assert essex.proxies(held) == ("Serious violence and knife crime", "Gangs, county lines and drugs")
    without = [name for name in essex.names() if not essex.has_feed(name, held)]
    assert without == [
        "Child abuse and exploitation",
        "Rape and sexual offences",
        "Domestic abuse",
        "Killed or seriously injured on the roads",
        "Fraud and cyber crime",
    ]
    assert essex.proxies([*held, "force-crime"]) == ()


def test_crimes_of_open_data_stand_in_for_the_force_s_own(essex: Taxonomy) -> None:
    stand_ins = essex.stand_ins("police-uk")
    assert set(stand_ins.values()) == {("force-crime",)}
    assert "Anti-social behaviour" not in stand_ins
