"""Visit lists: where a patrol looks in, when and for how long, drawn so that nobody can foresee it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.allocation.resources.effect import EVERY
from models.allocation.roster.drawing import District, drawn
from models.allocation.roster.duty import Visits
from models.allocation.roster.fitting import fitted
from models.allocation.roster.roster import Laid, Roster
from models.allocation.roster.spots import Spots
from models.profiles.shifts import MINUTES_A_DAY

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_MINUTES_AN_HOUR = 60
_DIGITS = 6
_ORDER = "Order and times are drawn anew for every shift, and tell nothing of another's."
_MIDNIGHT = "A visit of a shift that goes past midnight has its time on the day after."


@dataclass(frozen=True)
class Seed:
    """What draws depend on, and nothing else.

    Attributes:
        number: The seed that was chosen.
        identity: What names the plan: of its forecast, period, settings and hours.
    """

    number: int
    identity: str

    def rng(self) -> np.random.Generator:
        """Return a generator that another seed, or another plan, does not share."""
        digest = hashlib.sha256(self.identity.encode()).digest()
        return np.random.default_rng([self.number, *np.frombuffer(digest, dtype=np.uint32).tolist()])


@dataclass(frozen=True, eq=False)
class VisitLists:
    """Visits in the order of resource, district, day, shift, patrol and time; arrays have one entry a visit.

    Attributes:
        roster: What the visits are of.
        spots: The recorded hot spots; None: none are.
        laid: Index of the resource in the roster, int64.
        district: Index of the district, int64.
        cell: Cell of the period, int64.
        patrol: Which of the shift's patrols, from 1, int64.
        begins: Minute of the day of the shift at which the visit begins; from 1,440 on it is the next day's, int64.
        area: Index of the area, int64.
        spot: Index of the spot, -1 for none, int64.
    """

    roster: Roster
    spots: Spots | None
    laid: I64
    district: I64
    cell: I64
    patrol: I64
    begins: I64
    area: I64
    spot: I64

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for array in (self.laid, self.district, self.cell, self.patrol, self.begins, self.area, self.spot):
            array.setflags(write=False)

    def __len__(self) -> int:
        """Return the number of visits."""
        return len(self.cell)

    def document(self, seed: Seed) -> dict[str, Any]:
        """Return the lists as JSON values, with the seed that they were drawn by."""
        return {
            "seed": seed.number,
            "identity": seed.identity,
            "hot_spots": None if self.spots is None else self.spots.document(),
            "resources": [
                {
                    "resource": one.duty.code,
                    "visit_minutes": way.minutes,
                    "travel_minutes": way.travel_minutes,
                    "hours": round(float(one.shown.sum()), _DIGITS),
                    "visits": int((self.laid == number).sum()),
                }
                for number, one, way in _visiting(self.roster)
            ],
            "sentences": self.sentences(),
            "rows": self.rows(),
        }

    def sentences(self) -> list[str]:
        """Return what there is to say of all lists; nothing where there are none."""
        lines = []
        for number, one, way in _visiting(self.roster):
            count = f"{int((self.laid == number).sum()):,} visits of {way.minutes} minutes"
            hours = f"{float(one.shown.sum()):,.10g} hours of {one.duty.name}"
            lines.append(f"{hours} make {count}, at least {way.travel_minutes} minutes apart.")
        if not lines:
            return []
        where = "Visits are of areas: no hot spots are recorded."
        if self.spots is not None:
            of = f"{self.spots.run_id} ({self.spots.strand}, week from {self.spots.week_from})"
            where = f"Where an area holds hot spots of the study {of}, visits go to these."
        return [*lines, where, _ORDER, _MIDNIGHT, "An area's hours hold over the period; when it is visited is drawn."]

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each visit, as JSON values."""
        when = [self.roster.calendar.when(cell) for cell in range(len(self.roster.calendar))]
        minutes = {number: way.minutes for number, _, way in _visiting(self.roster)}
        columns = (self.laid, self.district, self.cell, self.patrol, self.begins, self.area, self.spot)
        return [
            {
                "resource": self.roster.laid[laid].duty.code,
                "district": self.roster.districts[district],
                **when[cell],
                "patrol": patrol,
                "time": _clock(begins),
                "minutes": minutes[laid],
                "area_code": self.roster.area_codes[area],
                "spot": self._spot(spot),
            }
            for laid, district, cell, patrol, begins, area, spot in zip(
                *(column.tolist() for column in columns), strict=True
            )
        ]

    def _spot(self, spot: int) -> dict[str, Any] | None:
        if self.spots is None or spot < 0:
            return None
        longitude, latitude = self.spots.middle[spot].tolist()
        return {"cell": self.spots.code[spot], "longitude": longitude, "latitude": latitude}


def visits(roster: Roster, rng: np.random.Generator, spots: Spots | None = None) -> VisitLists:
    """Draw the visit lists of every resource that visits.

    A district's hours x 60 / (crew x (visit + travel)) visits, rounded down once over the period, are shared out by
    chance: to days, then to shifts, each area and day with the number below or above its share (`chance.rounded`). In
    a shift they stand in an order in which every other is as likely, split evenly among as many patrols as its hours
    need, at times of which each that leaves room to travel is as likely.

    Args:
        roster: The roster.
        rng: Draws; by `Seed.rng`, so that they can be had again.
        spots: Recorded hot spots.
    """
    parts: list[I64] = [np.zeros((0, 7), dtype=np.int64)]
    for number, one, way in _visiting(roster):
        names = roster.strands if EVERY in one.duty.strands else one.duty.strands
        within = {} if spots is None else spots.within(roster.area_codes, names, way.places)
        for district in np.unique(one.district).tolist():
            found = drawn(_district(roster, one, district), one.duty.crew, way, within, rng)
            front = np.tile(np.array([number, district]), (len(found), 1))
            parts.append(np.column_stack([front, found]))
    laid, district, cell, patrol, begins, area, spot = np.concatenate(parts).T.copy()
    return VisitLists(roster, spots, laid, district, cell, patrol, begins, area, spot)


def _visiting(roster: Roster) -> Iterator[tuple[int, Laid, Visits]]:
    for number, one in enumerate(roster.laid):
        if one.duty.visits is not None:
            yield number, one, one.duty.visits


def _district(roster: Roster, one: Laid, district: int) -> District:
    """Return a district's hours by area and cell: its areas' and its shifts' as they are shown, else by the profile.

    Quarter hours of an area stand in few cells, by which its days could be foreseen; so only their sums are kept.
    """
    rows = np.flatnonzero(one.district == district)
    areas, inverse = np.unique(one.area[rows], return_inverse=True)
    pattern, shown = np.zeros((len(areas), len(roster.calendar))), np.zeros((len(areas), len(roster.calendar)))
    np.add.at(pattern, inverse, one.cells[rows])
    np.add.at(shown, inverse, one.shown[rows])
    hours = fitted(pattern, shown.sum(axis=1), shown.sum(axis=0))
    return District(areas.astype(np.int64), hours, roster.calendar)


def _clock(minute: int) -> str:
    hour, left = divmod(minute % MINUTES_A_DAY, _MINUTES_AN_HOUR)
    return f"{hour:02}:{left:02}"
