"""Blocks: which periods of which strand are counted next; no day is ever in two published numbers of a strand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from features import periods
from features.panel import Panel
from features.periods import PeriodKind
from models.disclosure.places import Bools


@dataclass(frozen=True, order=True)
class Block:
    """Periods that are counted as one.

    Attributes:
        first: Ordinal of the first.
        last: Ordinal of the last.
        kind: "week" or "month".
    """

    first: int
    last: int
    kind: PeriodKind

    @property
    def days(self) -> tuple[date, date]:
        """First and last day."""
        return periods.start(self.first, self.kind), periods.start(self.last + 1, self.kind) - timedelta(days=1)


def covered(panel: Panel) -> Bools:
    """Return where the feeds of a strand have ever told anything: bool[area, strand]."""
    return np.asarray(panel.observed.any(axis=0))


def due(
    panel: Panel, before: Mapping[str, str], together: int, most: int, *, same: bool = True
) -> dict[Block, list[str]]:
    """Return the blocks to be published and the strands of each, oldest first.

    A block is due once all of its records are in as far as is usual, wherever the strand's feeds reach: it is published
    once, so what comes later is in no published number. It begins after all that was published of its strand, and a
    strand that is new after all that was published of any: it could be part of an old one under another name. Where
    strands were defined anew, every strand does: one that was away was counted in others meanwhile.

    Args:
        panel: Counts known now.
        before: Strand to the last day that was published of it.
        together: Periods that are counted as one; blocks are told from the calendar, so they are the same every week.
        most: Periods that the first set goes back.
        same: Strands are defined as they were when the newest set was published.
    """
    reach = covered(panel)
    whole: Bools = np.all(panel.complete | ~reach, axis=1) & np.any(reach, axis=0)
    newest = panel.first + len(panel.counts) - 1
    since_any = max(before.values(), default="")
    found: dict[Block, list[str]] = {}
    for number in range(max(panel.first, newest - most + 1) // together, newest // together + 1):
        block = Block(number * together, (number + 1) * together - 1, panel.kind)
        if block.first < panel.first or block.last > newest:
            continue
        inside = slice(block.first - panel.first, block.last + 1 - panel.first)
        complete: list[bool] = np.all(whole[inside], axis=0).tolist()
        first_day = block.days[0].isoformat()
        for strand, ready in zip(panel.strands, complete, strict=True):
            if ready and first_day > (before.get(strand, since_any) if same else since_any):
                found.setdefault(block, []).append(strand)
    return found
