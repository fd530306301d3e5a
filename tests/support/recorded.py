"""A SYNTHETIC store of incidents that became known some days after they occurred."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from features.areas.areas import Areas
from features.incidents.incidents import FeedCoverage, Incidents
from features.knowledge import Knowledge
from features.provenance import PROVENANCE, UNKNOWN
from tests.support import panels

FIRST = date(2020, 1, 6)


@dataclass(frozen=True, eq=False)
class Recorded:
    """Incidents of one strand; of each its day, the day it was known on and its area, over so many days."""

    day: NDArray[np.datetime64]
    known: NDArray[np.datetime64]
    area: NDArray[np.int32]
    days: int

    @classmethod
    def drawn(cls, seed: int, *, weeks: int = 60, areas: int = 3, n: int = 1500, delay: float = 0.0) -> "Recorded":
        """Return incidents at random, each known a day and a Poisson delay after it occurred."""
        rng = np.random.default_rng(seed)
        day = np.sort(np.datetime64(FIRST) + rng.integers(0, 7 * weeks, n))
        known = day + 1 + rng.poisson(delay, n)
        return cls(day, known, rng.integers(0, areas, n).astype(np.int32), 7 * weeks)

    def view(self, as_of: date | datetime | None, areas: Areas | None = None) -> Incidents:
        """Return the incidents known on a day."""
        seen = np.ones(len(self.day), bool) if as_of is None else self.known <= np.datetime64(as_of)
        n = int(seen.sum())
        end = FIRST.toordinal() + self.days - 1
        last = date.fromordinal(end if as_of is None else min(end, as_of.toordinal() - 1))
        feed = FeedCoverage("feed", "day", ("Theft",), ((FIRST, last),), datetime(2030, 1, 1, tzinfo=UTC))
        content = hashlib.sha256(b"".join(array.tobytes() for array in (self.day, self.known, self.area)))
        return Incidents(
            day=self.day[seen],
            area=self.area[seen],
            strand=np.zeros(n, np.int16),
            also=np.zeros(n, np.int16),
            provenance=np.full(n, PROVENANCE.index(UNKNOWN), np.int8),
            feed=np.zeros(n, np.int16),
            count=np.ones(n, np.int32),
            known_at=self.known[seen].astype("datetime64[s]"),
            longitude=np.full(n, np.nan),
            latitude=np.full(n, np.nan),
            area_codes=tuple(f"A{i:03d}" for i in range(1 + int(self.area.max()))),
            strand_names=("Theft",),
            also_sets=((),),
            feeds=(feed,),
            as_of=as_of,
            snapshot_hash=f"{content.hexdigest()} {as_of}",
        )

    def knowledge(self) -> Knowledge:
        """Return what is known of it by week."""
        return Knowledge(self, panels.areas(1 + int(self.area.max())), "week")
