from pathlib import Path

import numpy as np
import pytest

from errors import DataError
from features.feeds.mapping import load_mapping
from features.feeds.strand_rules import StrandRules
from features.strands import Strand, Taxonomy

GOOD = 'period = "day"\n{top}\n[columns]\noccurred_from = "d"\n{columns}\n[strands]\n{strands}\n'


def mapping_file(
    folder: Path, top: str = "", columns: str = 'area_code = "a"\noffence = "o"', strands: str = '"*" = "*"'
) -> Path:
    path = folder / "My City.toml"
    path.write_text(GOOD.format(top=top, columns=columns, strands=strands), encoding="utf-8")
    return path


def test_a_feed_without_a_name_takes_the_file_s(tmp_path: Path) -> None:
    assert load_mapping(mapping_file(tmp_path)).name == "my-city"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            {"columns": 'aera_code = "a"\noffence = "o"'},
            "My City.toml, [columns]: unknown key 'aera_code'; write 'area_code'.",
        ),
        ({"top": 'delivry = "append"'}, "My City.toml: unknown key 'delivry'; write 'delivery'."),
        ({"top": 'delivery = "weekly"'}, "delivery"),
        ({"columns": 'offence = "o"'}, "nothing says where"),
        ({"columns": 'longitude = "x"\noffence = "o"'}, "longitude and latitude go together"),
        ({"columns": 'area_code = "a"'}, "without an offence column"),
        ({"columns": 'area_code = "a"\noffence = "o"\nrevision = "r"'}, "map incident_id"),
        ({"columns": 'area_code = 3\noffence = "o"'}, "area_code"),
        ({"strands": '"a" = " "'}, "empty"),
        ({"strands": ""}, "strands"),
        ({"top": 'date_format = "DD/MM/YYYY"'}, "%d/%m/%Y"),
        ({"top": 'timezone = "Toronto"'}, "America/Toronto"),
        ({"top": "publication_delay_days = -1"}, "publication_delay_days"),
        ({"top": 'name = "../x"'}, "feed's name"),
        ({"top": "covers_from = 2020-01-02\ncovers_to = 2020-01-01"}, "covers_from"),
        ({"top": "= 3"}, "is not TOML"),
    ],
)
def test_a_wrong_mapping_is_told_in_one_sentence_with_the_file(
    tmp_path: Path, change: dict[str, str], told: str
) -> None:
    with pytest.raises(DataError) as error:
        load_mapping(mapping_file(tmp_path, **change))
    assert told in str(error.value)
    assert "My City.toml" in str(error.value)


def test_a_missing_mapping_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        load_mapping(tmp_path / "absent.toml")


OPEN = Taxonomy("open", False, ())
TWO = Taxonomy(
    "two", False, (Strand(code="burglary", name="Burglary"), Strand(code="asb", name="Anti-social behaviour"))
)


def test_a_strand_that_the_taxonomy_lacks_is_refused() -> None:
    with pytest.raises(DataError, match=r"'Robbery' is no strand.*Burglary, Anti-social behaviour"):
        StrandRules.of({"rob": "Robbery"}, TWO, "m.toml")


def strands(rules: dict[str, str], offences: list[str], taxonomy: Taxonomy = OPEN) -> list[str | None]:
    return StrandRules.of(rules, taxonomy, "m.toml").strands(offences, np.arange(len(offences), 0, -1))


def test_each_offence_is_its_own_strand_in_its_most_common_spelling() -> None:
    assert strands({"*": "*"}, ["THEFT", "Theft", "Fraud; cyber | x"]) == ["THEFT", "THEFT", "Fraud; cyber | x"]


def test_named_offences_match_in_any_case_and_the_rest_falls_to_the_star() -> None:
    assert strands({"b&e": "Burglary", "*": "Other"}, ["B&E", "arson"]) == ["Burglary", "Other"]
    assert strands({"B&E": "Burglary"}, ["b&e", "arson"]) == ["Burglary", None]


def test_a_blank_offence_has_a_strand_only_where_the_blank_is_mapped() -> None:
    assert strands({"*": "Other"}, [""]) == [None]
    assert strands({"": "Unknown", "*": "Other"}, [""]) == ["Unknown"]


def test_own_strands_are_those_of_the_taxonomy() -> None:
    assert strands({"*": "*"}, ["BURGLARY", "asb", "arson"], TWO) == ["Burglary", "Anti-social behaviour", None]
