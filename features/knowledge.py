"""Knowledge: the panel of a workspace as it was known on a date."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from features import periods
from features.areas.areas import Areas
from features.completeness.changes import RecordingChange
from features.counting import build_panel, flat_areas, period_of
from features.incidents.incidents import Incidents
from features.panel import Panel
from features.periods import PeriodKind


class Store(Protocol):
    """Whatever can say what was known on a date."""

    def view(self, as_of: date | datetime | None, areas: Areas | None = None) -> Incidents:
        """Return the incidents known at the beginning of a day or at an instant, or all that are known now."""


@dataclass(frozen=True)
class Known:
    """A panel and what it was counted from.

    Attributes:
        panel: Counts.
        snapshot_hash: Names the batches and the date behind it, and the recording changes it is rescaled by.
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
        changes: Recording changes declared so far, in the order of their declaration.
    """

    store: Store
    areas: Areas | None
    period: PeriodKind | None
    changes: tuple[RecordingChange, ...] = ()

    def as_recorded(self) -> "Knowledge":
        """Return the same without recording changes: what was written down, to measure forecasts on."""
        return replace(self, changes=())

    def at(self, as_of: date | datetime | None = None) -> Known:
        """Return the panel as known at the beginning of a day or at an instant (UTC), or all that is known now.

        Raises:
            DataError: Nothing was known then, or the period cannot be counted from the feeds.
        """
        incidents = self.store.view(as_of, self.areas)
        areas = self.areas or flat_areas(incidents)
        return self._known(incidents, period_of(incidents, self.period), areas)

    def at_origin(self, origin: int, newest: Known) -> Known:
        """Return what was known at the beginning of a period, on the grid of `newest`.

        A feed that tells of a period only after its end leaves the newest periods out: the panel then ends before the
        one that `origin` follows.

        Args:
            origin: Ordinal of the period.
            newest: All that is known now; gives areas and strands, so that every origin has the same grid. Where there
                is no list of areas, the places of the areas, and so their neighbours, are those of the incidents known.

        Raises:
            DataError: Nothing was known then.
        """
        kind = newest.panel.kind
        incidents = self.store.view(periods.start(origin, kind), newest.panel.areas)
        areas = newest.panel.areas if self.areas else flat_areas(incidents)
        return self._known(incidents, kind, areas)

    def _known(self, incidents: Incidents, kind: PeriodKind, areas: Areas) -> Known:
        panel = build_panel(incidents, kind, areas, self.changes)
        if not panel.changes:
            return Known(panel, incidents.snapshot_hash)
        changes = json.dumps([change.as_document() for change in panel.changes], sort_keys=True)
        return Known(panel, hashlib.sha256(f"{incidents.snapshot_hash}\n{changes}".encode()).hexdigest())
