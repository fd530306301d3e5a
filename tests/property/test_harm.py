"""Derived weights lie among the weights they are made of, and follow the unit of the table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.harm import HarmSet
from features.harm.derived import LEAST_SHARE, derived_weights
from features.harm.sensitivity import harm_shares
from features.strands import Strand, Taxonomy
from features.strands.offences import offence_list

CODES = [item.code for item in offence_list() if "/" not in item.code]
TABLES = st.dictionaries(st.sampled_from(CODES), st.floats(0.01, 1e4), max_size=12)
RECORDED = st.dictionaries(st.sampled_from(CODES), st.integers(0, 10_000), max_size=12)
TAXONOMY = Taxonomy("t", False, (Strand(code="s", name="s"),))


@given(table=TABLES, recorded=RECORDED, unit=st.floats(0.5, 50))
def test_a_weight_lies_among_those_of_its_offences_and_scales_with_them(
    table: dict[str, float], recorded: dict[str, int], unit: float
) -> None:
    (derived,) = derived_weights(TAXONOMY, table, {"s": recorded})
    counted = {code: count for code, count in recorded.items() if count}
    used = [table[code] for code in counted if code in table]
    known = sum(count for code, count in counted.items() if code in table)
    assert (derived.weight is not None) == (known > 0 and known >= LEAST_SHARE * sum(counted.values()))
    if derived.weight is not None:
        assert min(used) <= derived.weight * (1 + 1e-9)
        assert derived.weight <= max(used) * (1 + 1e-9)
        (scaled,) = derived_weights(TAXONOMY, {code: unit * weight for code, weight in table.items()}, {"s": recorded})
        assert scaled.weight == pytest.approx(unit * derived.weight)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=9))
def test_shares_of_harm_sum_to_one_where_there_is_any(incidents: list[float]) -> None:
    strands = [f"s{number}" for number in range(len(incidents))]
    shares = harm_shares(strands, incidents, [HarmSet("equal", "incidents", "", of_every=1.0)]).shares["equal"]
    assert sum(shares.values()) == pytest.approx(1.0 if sum(incidents) > 0 else 0.0)
