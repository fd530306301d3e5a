"""What is left of facts that are erased: how many there were, and nothing of any one of them."""

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from features.incidents.batch import FIRST_KNOWN, ROWS

# What tells one count from another. The day on which a fact was known stays, for how late records come decides which
# weeks are complete; `count` is what one fact says, and `rows` how many facts say it.
_TOLD = ["feed", "day", "area", "strand", "also", "provenance", "known_at", "count"]
_KEPT = [*_TOLD, FIRST_KNOWN]
_ZERO = {"row", "key_high", "key_low", "fingerprint"}


def counts_of(facts: pa.Table, first_known: NDArray[np.datetime64], *, revised: bool) -> pa.Table:
    """Return the counts that are left of facts, in the columns of the facts and `rows`; every other column is empty.

    Args:
        facts: Facts, text as plain strings.
        first_known: When the first revision of each fact's incident was known.
        revised: The newest revision of an incident counts, so that a retraction counts nothing.
    """
    frame = facts.select(_TOLD).to_pandas()
    frame["known_at"], frame[FIRST_KNOWN] = _coarse(frame["known_at"].to_numpy()), _coarse(first_known)
    if revised:
        frame["count"] = frame["count"].clip(lower=0)
    counts = frame.groupby(_KEPT, dropna=False, sort=True).size().rename(ROWS).reset_index()
    return _in_schema(counts, facts.schema)


def _coarse(instants: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """Return midnights as they are, else a second past midnight: that it was in the course of the day, not when."""
    days = instants.astype("datetime64[D]").astype("datetime64[s]")
    coarse: NDArray[np.datetime64] = days + (instants.astype("datetime64[s]") > days).astype("timedelta64[s]")
    return coarse


def _in_schema(counts: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    columns = {}
    for field in schema:
        if field.name in _KEPT:
            columns[field.name] = pa.Array.from_pandas(counts[field.name], type=field.type)
        elif field.name in _ZERO:
            columns[field.name] = pa.array(np.zeros(len(counts), dtype=np.uint64)).cast(field.type)
        else:
            columns[field.name] = pa.nulls(len(counts), field.type)
    columns[FIRST_KNOWN] = pa.array(counts[FIRST_KNOWN].to_numpy(), pa.timestamp("s"))
    columns[ROWS] = pa.array(counts[ROWS].to_numpy(), pa.int32())
    return pa.table(columns)


def with_counts(facts: pa.Table, counts: pa.Table) -> pa.Table:
    """Return facts, each of them one row, and counts below them."""
    rows = facts.append_column(ROWS, pa.array(np.ones(len(facts), dtype=np.int32)))
    return pa.concat_tables([rows, counts], promote_options="permissive")


def plain_text(facts: pa.Table) -> pa.Table:
    """Return facts with their text written out: a dictionary would keep the words of rows that are gone."""
    for index, field in enumerate(facts.schema):
        if pa.types.is_dictionary(field.type):
            facts = facts.set_column(index, field.name, facts.column(index).cast(pa.string()))
    return facts
