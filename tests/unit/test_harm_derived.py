"""Weights of strands from tables of offences: one rule, by hand on small tables and traced on the real ones."""

import csv
import gzip
import hashlib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from errors import DataError
from features.feeds.sources import Content
from features.harm import harm_text, load_harm
from features.harm.derived import claimed_codes, derived_weights
from features.harm.sensitivity import harm_shares, incidents_a_period
from features.harm.sets import HarmSet
from features.harm.tables import read_weights
from features.strands import Strand, StrandInput, Taxonomy, load_taxonomy, taxonomy_text
from tests.support.shared_data import shared_file


def strand(name: str, *inputs: StrandInput) -> Strand:
    return Strand(code=name, name=name, input=inputs)


def crime(*codes: str, proxy: bool = False, **other: tuple[str, ...]) -> StrandInput:
    return StrandInput(feed="crime", where={"offence": codes, **other}, proxy=proxy)


VIOLENCE = strand("violence", crime("5D", "34*"), crime("86", proxy=True), crime("8N", knife=("yes",)))
ABUSE = strand("abuse", StrandInput(feed="crime", where={"flag": ("yes",)}))
TAXONOMY = Taxonomy("t", False, (VIOLENCE, ABUSE))


def content(text: str, name: str = "table.csv") -> Content:
    data = text.encode()
    return Content(name, data, hashlib.sha256(data).hexdigest())


def test_only_codes_that_are_claimed_by_the_offence_alone_speak_of_a_strand() -> None:
    assert set(claimed_codes(VIOLENCE)) == {"5D", "34A", "34B"}
    assert claimed_codes(VIOLENCE, ["34Z", "99Z"])[-1] == "34Z"
    assert claimed_codes(ABUSE) == ()


def test_without_recorded_incidents_the_mean_is_plain() -> None:
    violence, abuse = derived_weights(TAXONOMY, {"5D": 100.0, "34A": 50.0, "46": 1.0}, {})
    assert (violence.weight, violence.codes, violence.weighted, violence.incidents) == (75.0, 3, 2, None)
    assert (abuse.weight, abuse.sentence()) == (None, "no offence code alone tells of it")
    assert violence.sentence() == "the table weighs 2 of its 3 offence codes; the mean is plain"


def test_recorded_incidents_weigh_the_mean_whatever_brought_them_in() -> None:
    recorded = {"violence": {"5D": 1, "34A": 3, "34B": 4, "noise": 900}, "abuse": {"8N": 2, "8L": 2, "46": -5}}
    violence, abuse = derived_weights(TAXONOMY, {"5D": 100.0, "34A": 20.0, "8N": 30.0}, recorded)
    assert violence.weight == pytest.approx((1 * 100 + 3 * 20) / 4)
    assert (violence.share, violence.incidents) == (0.5, 8)
    assert (abuse.weight, abuse.share) == (30.0, 0.5)
    assert violence.sentence().endswith("50 % of its 8 recorded incidents; the mean is over these incidents")


@pytest.mark.parametrize(("known", "weight"), [(1, 7.0), (0, None)])
def test_a_strand_of_which_less_than_a_quarter_is_known_is_unweighted(known: int, weight: float | None) -> None:
    recorded = {"violence": {"5D": 24 + known, "34A": 76 - known}}
    (violence, _) = derived_weights(TAXONOMY, {"5D": 7.0}, recorded)
    assert violence.weight == weight
    assert ("too few to speak of the strand" in violence.sentence()) == (weight is None)


def test_a_mean_of_nothing_is_no_weight() -> None:
    assert derived_weights(TAXONOMY, {"5D": 0.0, "34A": 0.0}, {})[0].weight is None


def test_a_table_is_read_by_the_columns_it_has() -> None:
    table = read_weights(content('Offence Code,Offence,Days\n05D,Wounding,"1,460"\n34B,Robbery,365\n46,,n/a\n,x,3\n'))
    assert (table.code_column, table.weight_column) == ("offence_code", "days")
    assert table.weights == {"5D": 1460.0, "34B": 365.0}
    assert (table.rows, table.unread, table.strange) == (4, 2, ())


def test_offences_may_be_given_by_name_and_rows_of_one_code_are_averaged() -> None:
    text = "offence,harm_days\nRobbery of personal property,100\nROBBERY OF PERSONAL PROPERTY,200\nPiracy,5\n"
    table = read_weights(content(text))
    assert table.weights == {"34B": 150.0, "PIRACY": 5.0}
    assert table.strange == ("PIRACY",)


def test_a_code_s_own_row_goes_before_a_row_that_joins_several() -> None:
    table = read_weights(content('code,weight\n"1,4.1/10/2",5475\n4.4/6/8,677\n4.4,1092\n8/1,3\n'))
    assert table.weights == {
        "1": 5475.0,
        "4.1": 5475.0,
        "4.10": 5475.0,
        "4.2": 5475.0,
        "4.4": 1092.0,
        "4.6": 677.0,
        "4.8": 677.0,
        "8/1": 3.0,
    }


def test_columns_may_be_named() -> None:
    table = read_weights(content("CJS,Starting point\n5D,9\n"), "CJS", "Starting point")
    assert table.weights == {"5D": 9.0}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "code,ho_code,days\n1,1,1\n",
            "several columns may hold the offence codes: ho_code, code; say which by --code",
        ),
        ("code,days,chi\n1,1,1\n", "several columns may hold the weights: days, chi; say which by --weight-column"),
        ("label,days\n1,1\n", "no column of a known name holds the offence codes; name it by --code-column"),
        ("code,amount\n1,1\n", "no column of a known name holds the weights; name it by --weight-column"),
        ("code,days\n5D,long\n5D,-3\n", "no row has both a code in 'code' and a number in 'days'"),
    ],
)
def test_a_table_that_cannot_be_read_is_told_with_the_option(text: str, told: str) -> None:
    with pytest.raises(DataError, match=told):
        read_weights(content(text))


def test_shares_of_harm_leave_unweighted_strands_out() -> None:
    equal, half = HarmSet("equal", "incidents", "", of_every=1.0), HarmSet("half", "days", "n")
    shares = harm_shares(["a", "b"], [30.0, 10.0], [equal, half])
    assert shares.shares == {"equal": {"a": 0.75, "b": 0.25}, "half": {}}


def test_incidents_of_a_period_are_means_over_what_was_observed() -> None:
    counts = np.array([[[4, 0], [1, 9]], [[2, 6], [3, 0]]], dtype=np.float32)
    observed = np.array([[[True, False], [True, False]], [[True, True], [True, False]]])
    assert incidents_a_period(counts * observed, observed).tolist() == [5.0, 6.0]


def test_every_shipped_weight_traces_to_its_table_by_the_rule(tmp_path: Path) -> None:
    source = shared_file("offences/ons-crime-severity-weights-2016-partial.csv")
    table = read_weights(Content(source.name, source.read_bytes(), ""))
    assert (table.rows, table.unread) == (27, 0)
    recorded: Counter[str] = Counter()
    with gzip.open(shared_file("offences/recorded-crime-2017-18-by-force.csv.gz"), "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["police_force"] == "Essex":
                recorded[row["offence_code"]] += int(row["offences"])
    assert sum(recorded.values()) == 134_153
    (tmp_path / "strands.toml").write_bytes(taxonomy_text("essex-2018"))
    (tmp_path / "harm.toml").write_bytes(harm_text("essex-2018"))
    taxonomy = load_taxonomy(tmp_path / "strands.toml")
    harm = load_harm(tmp_path / "harm.toml", taxonomy)
    of_strand = {item.name: {code: recorded[code] for code in claimed_codes(item)} for item in taxonomy.strands}
    for name, counts in (("ons-2016-partial", of_strand), ("ons-2016-partial-plain", {})):
        derived = {item.strand: item.weight for item in derived_weights(taxonomy, table.weights, counts) if item.weight}
        assert harm.named(name).numbers() == {strand: float(f"{weight:.6g}") for strand, weight in derived.items()}
