"""Claims: which strands a row belongs to, the first of them primary."""

import numpy as np
import pytest

from errors import DataError
from features.feeds.claims import Claimed, Claims
from features.feeds.values import Coded
from features.strands import Strand, StrandInput, Taxonomy


def coded(*texts: str) -> Coded:
    values = tuple(dict.fromkeys(texts))
    return Coded(np.array([values.index(text) for text in texts], dtype=np.int32), values)


def taxonomy(*strands: tuple[str, list[dict[str, tuple[str, ...]]]]) -> Taxonomy:
    return Taxonomy(
        "t",
        False,
        tuple(
            Strand(code=name, name=name, input=tuple(StrandInput(feed="crime", where=where) for where in inputs))
            for name, inputs in strands
        ),
    )


def told(claimed: Claimed) -> list[list[str]]:
    """Return the strands of each row, the primary one first."""
    names = [*claimed.names, ""]
    rows = zip(claimed.primary.tolist(), claimed.also.tolist(), strict=True)
    return [[name for name in (names[primary], *claimed.sets[also]) if name] for primary, also in rows]


NINE = taxonomy(
    ("abuse", [{"abuse": ("yes",)}]),
    ("knife", [{"offence": ("1", "34*")}, {"offence": ("8n",), "knife": ("yes",)}]),
    ("burglary", [{"offence": ("28*", "30A")}]),
)


def test_the_first_strand_that_claims_a_row_is_primary_and_the_rest_are_also() -> None:
    columns = {
        "offence": coded("34B", "34B", "8N", "8N", "28E", "99", "99"),
        "abuse": coded("no", "yes", "yes", "no", "", "yes", "no"),
        "knife": coded("no", "no", "yes", "no", "yes", "no", "no"),
    }
    claimed = Claims.of(NINE, "crime").rows(columns)
    assert told(claimed) == [["knife"], ["abuse", "knife"], ["abuse", "knife"], [], ["burglary"], ["abuse"], []]
    assert [str(array.dtype) for array in (claimed.primary, claimed.also)] == ["int32", "int32"]
    assert claimed.sets[0] == ()


def test_values_match_in_any_case_and_spacing_and_a_star_only_as_prefix() -> None:
    claims = Claims.of(taxonomy(("b", [{"offence": ("Theft  from*", "28a")}])), "crime")
    offences = coded("THEFT FROM the person", "theft", "28A", "128A", "28", "theft from")
    assert told(claims.rows({"offence": offences})) == [["b"], [], ["b"], [], [], ["b"]]


def test_a_star_alone_takes_whatever_is_given_and_nothing_takes_a_blank() -> None:
    claims = Claims.of(taxonomy(("b", [{"offence": ("*",)}])), "crime")
    assert told(claims.rows({"offence": coded("x", "")})) == [["b"], []]


def test_an_input_without_where_takes_every_row() -> None:
    assert told(Claims.of(taxonomy(("b", [{}])), "crime").rows({"offence": coded("x", "")})) == [["b"], ["b"]]


def test_a_feed_that_no_strand_names_and_an_open_taxonomy_claim_nothing() -> None:
    for claims in (Claims.of(NINE, "fires"), Claims.of(Taxonomy("open", False, ()), "crime")):
        assert told(claims.rows({"offence": coded("34B")})) == [[]]
        assert claims.declared() == ()
        assert claims.columns == ()


def test_a_file_without_rows_is_no_special_case() -> None:
    empty = Coded(np.array([], dtype=np.int32), ())
    assert told(Claims.of(NINE, "crime").rows({"offence": empty, "abuse": empty, "knife": empty})) == []


def test_values_that_no_row_holds_change_nothing() -> None:
    offence = Coded(np.array([1, 1], dtype=np.int32), ("34B", "28A", "8N"))
    blank = Coded(np.zeros(2, dtype=np.int32), ("",))
    claimed = Claims.of(NINE, "crime").rows({"offence": offence, "abuse": blank, "knife": blank})
    assert told(claimed) == [["burglary"], ["burglary"]]


def test_what_is_looked_at_and_spoken_of_is_known_before_any_row() -> None:
    claims = Claims.of(NINE, "crime")
    assert claims.columns == ("abuse", "knife", "offence")
    assert claims.declared() == ("abuse", "burglary", "knife")


def test_a_column_that_the_contract_lacks_is_told_with_the_nearest() -> None:
    with pytest.raises(DataError, match=r"feed crime: the strand 'knife' asks for 'knife'.*; write 'knives'"):
        Claims.of(NINE, "crime").check(["offence", "abuse", "knives"])
    with pytest.raises(DataError, match="use one of: area_code, offence"):
        Claims.of(NINE, "crime").rows({"offence": coded("1"), "area_code": coded("E")})
