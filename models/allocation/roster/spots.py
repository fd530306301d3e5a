"""Hot spots in areas: the chosen cells of a recorded study, which visits of their areas go to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.hotspots.document import ALL_STRANDS

F64 = NDArray[np.float64]

# Longitudes and latitudes to the code of the area that each lies in, "" outside all of them.
Place = Callable[[F64, F64], Sequence[str]]


@dataclass(frozen=True, eq=False)
class Spots:
    """Chosen cells of a recorded study, by rank.

    Attributes:
        run_id: Name of the recorded study.
        audit_id: The event that recorded it.
        week_from: First day of the week that it forecasts, YYYY-MM-DD.
        strand: Its strand, or all strands.
        code: Code of each cell.
        area: Area that its middle lies in, "" outside all of them.
        middle: Longitude and latitude of its middle, float64[spot, 2].
    """

    run_id: str
    audit_id: str
    week_from: str
    strand: str
    code: tuple[str, ...]
    area: tuple[str, ...]
    middle: F64

    @classmethod
    def of(cls, run_id: str, audit_id: str, document: Mapping[str, Any], place: Place) -> "Spots":
        """Return the spots of a recorded study.

        Args:
            run_id: Its name.
            audit_id: The event that recorded it.
            document: What the ledger keeps of it.
            place: Tells which area a point lies in.
        """
        about, rows = document["hotspots"], [feature["properties"] for feature in document["features"]]
        middle = np.array([[row["longitude"], row["latitude"]] for row in rows], dtype=np.float64).reshape(-1, 2)
        area = tuple(place(middle[:, 0], middle[:, 1]))
        codes = tuple(row["cell"] for row in rows)
        return cls(run_id, audit_id, about["week_from"], about["strand"], codes, area, middle)

    def within(self, areas: Sequence[str], strands: Sequence[str], most: int) -> dict[int, list[int]]:
        """Return the first spots of each area, by its index; none where the study is of a strand that is not asked for.

        Args:
            areas: Area codes.
            strands: Names of strands.
            most: Most spots of an area.
        """
        found: dict[int, list[int]] = {}
        if self.strand != ALL_STRANDS and self.strand not in strands:
            return found
        number = {code: at for at, code in enumerate(areas)}
        for spot, code in enumerate(self.area):
            if code in number and len(found.setdefault(number[code], [])) < most:
                found[number[code]].append(spot)
        return found

    def document(self) -> dict[str, str]:
        """Return what names the study, as JSON values."""
        return {"run_id": self.run_id, "audit_id": self.audit_id, "week_from": self.week_from, "strand": self.strand}
