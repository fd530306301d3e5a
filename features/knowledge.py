"""Knowledge: the panel of a workspace as it was known on a date."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from errors import DataError
from features import periods
from features.areas import Areas
from features.incidents.incidents import Incidents
from features.panel import Panel, build_panel, flat_areas, period_of
from features.periods import PeriodKind

# How far a feed's publication may lie behind, in periods, before asking for it is a mistake.
_MOST_PERIODS_LATE = 27


class Store(Protocol):
    """Whatever can say what was known on a date."""

    def view(self, as_of: date | None, areas: Areas | None = None) -> Incidents:
        """Return the incidents known at the beginning of `as_of`, or all that are known now."""


@dataclass(frozen=True)
class Known:
    """A panel and what it was counted from.

    Attributes:
        panel: Counts.
        snapshot_hash: Names the batches and the date behind it.
    """

    panel: Panel
    snapshot_hash: str


@dataclass(frozen=True)
class Knowledge:
    """All that a workspace knows, to be asked for any date.

    Attributes:
        store: Incidents.
        areas: The closed list of areas; None: the codes met in the data.
        period: The period asked for; None: as fine as the data allow.
    """

    store: Store
    areas: Areas | None
    period: PeriodKind | None

    def at(self, as_of: date | None = None) -> Known:
        """Return the panel as known at the beginning of a day, or all that is known now.

        Raises:
            DataError: Nothing was known then, or the period cannot be counted from the feeds.
        """
        incidents = self.store.view(as_of, self.areas)
        panel = build_panel(incidents, period_of(incidents, self.period), self.areas or flat_areas(incidents))
        return Known(panel, incidents.snapshot_hash)

    def before(self, origin: int, newest: Known) -> Known:
        """Return the panel whose last period is the one before `origin`, known as early as that was possible.

        A feed with a publication delay tells of a period only some time after its end, so the day is looked for from
        the origin on; areas and strands are those of `newest`, so that every origin has the same grid.

        Args:
            origin: Ordinal of the first period that must not be known.
            newest: All that is known now.

        Raises:
            DataError: No day gives such a panel.
        """
        kind = newest.panel.kind
        for late in range(_MOST_PERIODS_LATE):
            day = periods.start(origin + late, kind)
            incidents = self.store.view(day, newest.panel.areas)
            panel = build_panel(incidents, kind, newest.panel.areas)
            ends = panel.first + len(panel.counts)
            if ends >= origin:
                return Known(panel.until(origin), incidents.snapshot_hash)
        raise DataError(
            f"nothing was known of the {kind} before {periods.start(origin, kind)} within {_MOST_PERIODS_LATE} {kind}s",
            place="workspace",
            fix="ask for fewer or later --origins",
        )
