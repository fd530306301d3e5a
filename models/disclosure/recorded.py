"""Recorded: the counts that a published table is made from, as whole incidents, and which partner they came from."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features import periods
from features.feeds.catalogue import contract_names, load_contract
from features.incidents.incidents import Incidents
from features.periods import PeriodKind
from features.strands import feed_base
from models.disclosure.places import F64, Places
from models.disclosure.rules import Rules

# Share of a strand's incidents that another one has too, from which on it is taken to lie within that one.
_WITHIN = 0.5


@dataclass(frozen=True)
class Terms:
    """What the contracts of the held feeds ask for.

    Attributes:
        minimum: Strand to the smallest number that may be shown: the largest that rules and its feeds ask for.
        partner: Feed to the partner that knows its records; feeds of the force itself, and those of which no contract
            says who shares them, have none.
    """

    minimum: Mapping[str, int]
    partner: Mapping[str, str]

    @cached_property
    def sharers(self) -> Mapping[str, str]:
        """Feed to its partner, by a name that is the same however it is spelt: one partner must not pass for two."""
        return {feed: folded(name) for feed, name in self.partner.items()}

    @classmethod
    def of(cls, root: Path, incidents: Incidents, rules: Rules, forces: Collection[str]) -> "Terms":
        """Return the terms of the feeds that a view counts.

        Args:
            root: The workspace's folder.
            incidents: The view.
            rules: The rules.
            forces: Names of the force itself, beside those that the rules say.

        Raises:
            DataError: A contract cannot be used.
        """
        minimum = dict.fromkeys(incidents.strand_names, rules.minimum_count)
        partner = {}
        ours = {folded(name) for name in (*rules.ours, *forces)}
        known = contract_names(root)
        for feed in incidents.feeds:
            if feed_base(feed.name) not in known:
                continue
            contract = load_contract(root, feed_base(feed.name))
            if contract.is_stated and folded(contract.partner) not in ours:
                partner[feed.name] = contract.partner
            for strand in feed.strands:
                minimum[strand] = max(minimum[strand], contract.disclosure.minimum_count)
        return cls(minimum, partner)


def folded(name: str) -> str:
    """Return a partner's name without what spellings of one name differ in: capitals, spaces, forms of letters."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


@dataclass(frozen=True, eq=False)
class Counts:
    """Incidents by block of periods, place and strand, each in one strand only.

    An incident of several strands counts under its first one: counts of strands that lie within one another would bound
    each other, and so tell of each other's hidden numbers.

    Attributes:
        all: float64[block, strand, place], whole numbers.
        own: Partner to the same of its own records; only partners beside whom somebody else counts.
    """

    all: F64
    own: Mapping[str, F64]


def count(
    incidents: Incidents, kind: PeriodKind, blocks: Sequence[tuple[int, int]], places: Places, terms: Terms
) -> Counts:
    """Count what was recorded, as it is held: neither corrected for what is to come nor rescaled.

    Args:
        incidents: The view.
        kind: Of the periods.
        blocks: First and last period of each, ordinals, none within another.
        places: Where they are counted.
        terms: Say which feed is whose.
    """
    period = periods.ordinal_of(incidents.day, kind)
    block = np.full(len(incidents), -1, dtype=np.int64)
    for number, (first, last) in enumerate(blocks):
        block[(period >= first) & (period <= last)] = number
    sharers = terms.sharers
    names = sorted(set(sharers.values()))
    whose = np.array([names.index(sharers[f.name]) if f.name in sharers else -1 for f in incidents.feeds])
    chosen = np.flatnonzero(block >= 0)
    partner = whose[incidents.feed[chosen]] if len(whose) else np.empty(0, dtype=np.int64)
    shape = (len(blocks), len(incidents.strand_names), int(places.member.max()) + 1)

    def totals(mine: NDArray[np.int64]) -> F64:
        cell = block[mine] * shape[1] + incidents.strand[mine]
        cell = cell * shape[2] + places.member[incidents.area[mine]]
        flat = np.bincount(cell, incidents.count[mine], int(np.prod(shape)))
        # A retraction may meet a period that never held its incident.
        lowest = np.zeros((*shape[:2], len(places)), dtype=np.float64)
        lowest[..., : shape[2]] = np.maximum(flat, 0.0).reshape(shape)
        return places.carried_up(lowest)

    everyone = totals(chosen)
    own = {name: totals(chosen[partner == number]) for number, name in enumerate(names)}
    # Where nobody else counts, what is left over is nothing, and a partner learns nothing but its own.
    return Counts(everyone, {name: mine for name, mine in own.items() if mine.any()})


def sharing(incidents: Incidents) -> dict[str, set[str]]:
    """Return for each strand those that lie within it: of whose incidents, counted there, at least half are its too.

    What is expected of the one then tells of the counts of the other. Of a smaller share it could at most say that a
    count is not below the few that both have.
    """
    names = incidents.strand_names
    own = np.bincount(incidents.strand, incidents.count, len(names))
    both = np.zeros((len(names), len(names)))
    for number, members in enumerate(incidents.also_sets):
        rows = incidents.also == number
        counted = np.bincount(incidents.strand[rows], incidents.count[rows], len(names))
        for member in members:
            both[member] += counted
    within = (both > 0) & (both >= _WITHIN * own)
    return {name: {names[other] for other in np.flatnonzero(within[at])} for at, name in enumerate(names)}


def partners_beside(incidents: Incidents, terms: Terms, strand: str) -> tuple[str, ...]:
    """Return the partners who share records of a strand of which others share some too."""
    sharers = {terms.sharers.get(feed.name, "") for feed in incidents.feeds if strand in feed.strands}
    return tuple(sorted(sharers - {""})) if len(sharers) > 1 else ()
