import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.areas.apportion import keyed_rows, sequence, shares_of, whole_parts, whole_rows
from features.areas.changes import CodeChanges, Pair
from features.areas.conversion import Conversion

SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def lookups(draw: st.DrawFn) -> CodeChanges:
    """Return areas unchanged, split and merged, in any number."""
    pairs: list[Pair] = []
    for number, kind in enumerate(draw(st.lists(st.sampled_from("USMX"), min_size=1, max_size=6))):
        code = f"{number}"
        if kind == "U":
            pairs.append(Pair(code, code, kind))
        elif kind == "S":
            pairs.extend(Pair(code, f"{code}n{part}", kind) for part in range(draw(st.integers(2, 5))))
        elif kind == "M":
            pairs.extend(Pair(f"{code}o{part}", f"{code}n", kind) for part in range(draw(st.integers(2, 4))))
        else:
            pairs.extend(Pair(f"{code}o{older}", f"{code}n{newer}", kind) for older in (0, 1) for newer in (0, 1))
    return CodeChanges(("2011", "2021"), tuple(pairs))


def older_codes(changes: CodeChanges) -> tuple[str, ...]:
    return tuple(sorted({pair.older for pair in changes.pairs}))


@given(lookups(), SEEDS)
def test_totals_hold_both_ways_in_every_cell(changes: CodeChanges, seed: int) -> None:
    rng = np.random.default_rng(seed)
    forward = Conversion.of(changes, older_codes(changes), "2021", {pair.newer: rng.random() for pair in changes.pairs})
    counts = rng.poisson(1.5, (3, 2, len(forward.codes)))
    there = forward.apportion(counts)
    np.testing.assert_array_equal(there.sum(axis=-1), counts.sum(axis=-1))
    assert there.min() >= 0
    back = Conversion.of(changes, forward.into, "2011").apportion(there)
    np.testing.assert_array_equal(back.sum(axis=-1), counts.sum(axis=-1))
    np.testing.assert_allclose(forward.apportion_fractions(counts.astype(float)).sum(axis=-1), counts.sum(axis=-1))


@given(lookups(), SEEDS)
def test_there_and_back_leaves_all_but_merged_areas_as_they_were(changes: CodeChanges, seed: int) -> None:
    forward = Conversion.of(changes, older_codes(changes), "2021")
    backward = Conversion.of(changes, forward.into, "2011")
    counts = np.random.default_rng(seed).poisson(2.0, (4, len(forward.codes)))
    back = backward.apportion(forward.apportion(counts))
    kept = {pair.older for pair in changes.pairs if pair.kind in "US"}
    for code in kept:
        there, here = forward.codes.index(code), backward.into.index(code)
        np.testing.assert_array_equal(back[:, here], counts[:, there])
    for merged in {pair.newer for pair in changes.pairs if pair.kind == "M"}:
        parts = [forward.codes.index(pair.older) for pair in changes.pairs if pair.newer == merged]
        together = forward.apportion(counts)[:, forward.into.index(merged)]
        np.testing.assert_array_equal(together, counts[:, parts].sum(axis=1))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.integers(0, 300))
def test_units_are_dealt_within_the_bound_and_longer_runs_only_add(weights: list[float], number: int) -> None:
    shares = shares_of(weights)
    dealt = sequence(number, shares)
    assert len(dealt) == number
    given_out = np.bincount(dealt, minlength=len(shares))
    assert np.all(np.abs(given_out - number * shares) <= (1 + len(shares) * shares) / 2 + 1e-9)
    assert np.all(given_out[shares == 0] == 0)
    np.testing.assert_array_equal(sequence(number + 7, shares)[:number], dealt)


@given(st.lists(st.integers(-9, 9), max_size=40), st.lists(st.floats(0.01, 1), min_size=1, max_size=5))
def test_parts_of_counts_have_their_sign_and_sum(counts: list[int], weights: list[float]) -> None:
    whole = np.array(counts, dtype=np.int64)
    parts = whole_parts(whole, shares_of(weights))
    np.testing.assert_array_equal(parts.sum(axis=1), whole)
    assert np.all(parts * np.sign(whole)[:, np.newaxis] >= 0)


@given(st.integers(0, 200), st.lists(st.floats(0.01, 1), min_size=1, max_size=5), SEEDS)
def test_rows_are_placed_alike_in_any_order(number: int, weights: list[float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    shares, hashes = shares_of(weights), rng.integers(0, 2**63, number).astype(np.uint64)
    shuffled = rng.permutation(number)
    for place in (whole_rows, keyed_rows):
        np.testing.assert_array_equal(place(hashes[shuffled], shares), place(hashes, shares)[shuffled])
    given_out = np.bincount(whole_rows(hashes, shares), minlength=len(shares))
    assert np.all(np.abs(given_out - number * shares) <= (1 + len(shares) * shares) / 2 + 1e-9)


@given(SEEDS, SEEDS)
def test_a_key_is_placed_alike_whatever_stands_beside_it(seed: int, other: int) -> None:
    key = np.random.default_rng(seed).integers(0, 2**64, 1, dtype=np.uint64)
    beside = np.random.default_rng(other).integers(0, 2**64, 50, dtype=np.uint64)
    shares = shares_of([2, 1, 1])
    assert keyed_rows(np.concatenate([beside, key]), shares)[-1] == keyed_rows(key, shares)[0]


def test_keys_are_shared_in_proportion() -> None:
    keys = np.random.default_rng(1).integers(0, 2**64, 40_000, dtype=np.uint64)
    shares = shares_of([5, 3, 2])
    found = np.bincount(keyed_rows(keys, shares), minlength=3) / len(keys)
    np.testing.assert_allclose(found, shares, atol=4 * np.sqrt(0.25 / len(keys)))
    assert keyed_rows(np.array([2**64 - 1], dtype=np.uint64), shares_of([1, 1, 0])).tolist() == [1]
