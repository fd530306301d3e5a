"""Expired facts: which rows are past their retention, and which of them count now."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.incidents.archive import Archive, Entry
from features.incidents.batch import DEMAND, Delivery
from features.incidents.store import IncidentStore, load_feed, load_incidents
from features.keeping.retention import Retained

_KEY = ("key_high", "key_low")


@dataclass(frozen=True, eq=False)
class Expired:
    """The facts of a file, judged; the arrays have one entry a fact.

    Attributes:
        gone: Facts that are erased.
        left: Facts, of these or of an earlier purge, of which the counts are kept.
        areas: Code of each fact's area as the store spells it; None where no counts are kept.
        first_known: When the first revision of each fact's incident was known.
        counted: How many of the erased facts are kept as counts.
        days: First and last day of the erased ones; None where there are none.
    """

    gone: NDArray[np.bool_] = field(repr=False)
    left: NDArray[np.bool_] = field(repr=False)
    areas: NDArray[np.object_] | None = field(repr=False)
    first_known: NDArray[np.datetime64] = field(repr=False)
    counted: int
    days: tuple[date, date] | None


def expired_facts(
    archive: Archive, held: Sequence[tuple[Entry, Delivery]], retained: Sequence[Retained], today: date
) -> dict[int, Expired]:
    """Return the facts of each file of the feeds that are kept for a time, by the file's number in `held`.

    Args:
        archive: Where the facts are.
        held: The files.
        retained: The feeds.
        today: The day on which they are judged.
    """
    terms = {term.feed: term for term in retained}
    subjects = {item.subject: item.use for _, item in held if item.subject in terms}
    found: dict[int, Expired] = {}
    if any(use == DEMAND for use in subjects.values()):
        numbers = [number for number, (_, item) in enumerate(held) if item.use == DEMAND]
        found |= _judged(load_incidents(archive), numbers, terms, today)
    for subject in (subject for subject, use in subjects.items() if use != DEMAND):
        numbers = [number for number, (_, item) in enumerate(held) if item.subject == subject]
        found |= _judged(load_feed(archive, subject), numbers, terms, today)
    return found


def _judged(
    store: IncidentStore, numbers: Sequence[int], terms: dict[str, Retained], today: date
) -> dict[int, Expired]:
    """Return the expired facts of a store's files that are under one of the terms."""
    limits = [
        terms[item.subject].before(today, item) if item.subject in terms else date.min for item in store.deliveries
    ]
    day = store.facts.column("day").to_numpy()
    known = store.known()
    counts = store.left
    over = (day < np.array(limits, dtype="datetime64[s]")[store.delivery]) & ~counts
    over |= _of_erased_incidents(store, over & known) & ~counts
    # Of a fact that no strand claims nothing is counted, and nobody could claim a count for a strand later.
    countable = known & ~store.facts.column("strand").is_null().to_numpy(zero_copy_only=False)
    areas = store.area_codes()
    first = store.first_known if store.first_known is not None else store.facts.column("known_at").to_numpy()
    return {
        number: _of_file(over[mine], (over | counts)[mine] & countable[mine], areas[mine], first[mine], day[mine], item)
        for index, (number, item) in enumerate(zip(numbers, store.deliveries, strict=True))
        if item.subject in terms
        for mine in (store.delivery == index,)
    }


def _of_file(
    over: NDArray[np.bool_],
    countable: NDArray[np.bool_],
    areas: NDArray[np.object_],
    first_known: NDArray[np.datetime64],
    day: NDArray[np.datetime64],
    item: Delivery,
) -> Expired:
    demand = item.use == DEMAND
    days = day[over].astype("datetime64[D]")
    return Expired(
        gone=over,
        left=countable & demand,
        areas=areas if demand else None,
        first_known=first_known,
        counted=int((over & countable).sum()) if demand else 0,
        days=(days.min().item(), days.max().item()) if len(days) else None,
    )


def _of_erased_incidents(store: IncidentStore, over: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the revisions of incidents whose counting revision is over: without it an earlier one would count."""
    revised = np.array([item.revised != "no" for item in store.deliveries], dtype=np.bool_)[store.delivery]
    high, low = (store.facts.column(name).to_numpy() for name in _KEY)
    keyed = revised & ((high != 0) | (low != 0))
    every = pd.MultiIndex.from_arrays([high[keyed], low[keyed]])
    again = np.zeros(len(over), dtype=np.bool_)
    again[keyed] = every.isin(every[over[keyed]])
    return again
