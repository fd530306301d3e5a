"""Claims, evaluated once a distinct value, say what reading row by row says."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.feeds.claims import Claims
from features.feeds.values import Coded
from features.strands import Strand, StrandInput, Taxonomy

COLUMNS = ("offence", "flag", "kind")
VALUES = st.sampled_from(["", "1", "1a", "1B", "10", "2", "yes", "no", "a b"])
WANTED = st.sampled_from(["1", "1*", "1A", "1b*", "*", "2", "YES", "no", "A  B", "a*"])
WHERE = st.dictionaries(st.sampled_from(COLUMNS), st.lists(WANTED, min_size=1, max_size=3).map(tuple), max_size=3)
STRANDS = st.lists(st.lists(WHERE, max_size=3), min_size=1, max_size=5)
ROWS = st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=40)


def takes(wanted: str, value: str) -> bool:
    """Return whether one wanted value takes one cell."""
    wanted, value = " ".join(wanted.split()).lower(), " ".join(value.split()).lower()
    if not value:
        return False
    return value.startswith(wanted[:-1]) if wanted.endswith("*") else value == wanted


def naive(strands: list[list[dict[str, tuple[str, ...]]]], row: tuple[str, ...]) -> list[str]:
    """Return the strands that claim a row, in order."""
    cells = dict(zip(COLUMNS, row, strict=True))
    return [
        f"s{number}"
        for number, inputs in enumerate(strands)
        if any(
            all(any(takes(value, cells[column]) for value in wanted) for column, wanted in where.items())
            for where in inputs
        )
    ]


def coded(texts: list[str], spare: list[str]) -> Coded:
    """Return a column; its values are in another order than its rows, and some that no row holds are among them."""
    values = tuple(sorted({*texts, *spare}, reverse=True))
    return Coded(np.array([values.index(text) for text in texts], dtype=np.int32), values)


@given(strands=STRANDS, rows=ROWS, spare=st.lists(VALUES, max_size=3))
def test_rows_are_claimed_as_by_reading_them_one_by_one(
    strands: list[list[dict[str, tuple[str, ...]]]], rows: list[tuple[str, ...]], spare: list[str]
) -> None:
    taxonomy = Taxonomy(
        "t",
        False,
        tuple(
            Strand(
                code=f"s{number}",
                name=f"s{number}",
                input=tuple(StrandInput(feed="f", where=where) for where in inputs),
            )
            for number, inputs in enumerate(strands)
        ),
    )
    columns = {name: coded([row[at] for row in rows], spare) for at, name in enumerate(COLUMNS)}
    claimed = Claims.of(taxonomy, "f").rows(columns)
    found = [
        [claimed.names[primary], *claimed.sets[also]] if primary >= 0 else list(claimed.sets[also])
        for primary, also in zip(claimed.primary.tolist(), claimed.also.tolist(), strict=True)
    ]
    assert found == [naive(strands, row) for row in rows]
