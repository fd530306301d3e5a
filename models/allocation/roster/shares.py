"""Which share of a period's demand each day and shift holds, by strand and district: recorded profiles, or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.profiles.document import FORCE
from models.profiles.shifts import Shifts

F64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ProfileShares:
    """Recorded profiles, by their shares.

    Attributes:
        run_id: Name of the recorded study.
        audit_id: The event that recorded it.
        as_of: Its knowledge date, YYYY-MM-DD.
        shifts: Its shifts.
        level: Level of its places; "" where it has none.
        force: Strand to float64[cell of the week], which sum to 1.
        places: Strand and place to the same.
    """

    run_id: str
    audit_id: str
    as_of: str
    shifts: Shifts
    level: str
    force: Mapping[str, F64]
    places: Mapping[tuple[str, str], F64]

    @classmethod
    def of(cls, run_id: str, audit_id: str, document: Mapping[str, Any]) -> "ProfileShares":
        """Return the shares of a recorded study.

        Args:
            run_id: Its name.
            audit_id: The event that recorded it.
            document: What the ledger keeps of it: "profiles", its summary, and "rows".
        """
        about, gathered = document["profiles"], dict[tuple[str, str, str], list[float]]()
        for row in document["rows"]:
            gathered.setdefault((row["level"], row["strand"], row["place"]), []).append(row["share"])
        # Shares are recorded to five digits, and sum to 1 only nearly.
        shares = {key: np.array(cells) / sum(cells) for key, cells in gathered.items()}
        return cls(
            run_id,
            audit_id,
            about["as_of"],
            Shifts.read(",".join(f"{item['shift']}={item['hours']}" for item in about["shifts"])),
            about["level"],
            {strand: share for (level, strand, _), share in shares.items() if level == FORCE},
            {(strand, place): share for (level, strand, place), share in shares.items() if level != FORCE},
        )

    def of_strand(self, strand: str, district: str) -> F64 | None:
        """Return a strand's shares in a district, else in the force; None where it has no profile."""
        own = self.places.get((strand, district)) if self.level == "district" else None
        return self.force.get(strand) if own is None else own

    def document(self) -> dict[str, str]:
        """Return what names it, as JSON values."""
        return {"run_id": self.run_id, "audit_id": self.audit_id, "as_of": self.as_of}


def week_shares(
    profile: ProfileShares | None, shifts: Shifts, districts: Sequence[str], strands: Sequence[str]
) -> tuple[F64, tuple[str, ...]]:
    """Return the shares of a week by district and strand, and the strands without a profile, which are even.

    Returns:
        float64[district, strand, cell of the week], which sum to 1; and the strands spread evenly over the minutes.
    """
    table = np.tile(shifts.even, (len(districts), len(strands), 1))
    without = []
    for number, strand in enumerate(strands):
        found = None if profile is None else profile.force.get(strand)
        if profile is None or found is None:
            without.append(strand)
            continue
        for at, district in enumerate(districts):
            own = profile.of_strand(strand, district)
            table[at, number] = found if own is None else own
    return table, tuple(without)


def rests_on(profile: ProfileShares | None, without: Sequence[str]) -> str:
    """Return the sentence that says where the shares come from."""
    if profile is None:
        return "Hours are spread evenly over the minutes of the period: no profiles of days and shifts are recorded."
    sentence = f"Hours by day and shift follow the profiles {profile.run_id}, as of {profile.as_of}"
    if not without:
        return f"{sentence}."
    return f"{sentence}; those for {', '.join(without)} are spread evenly over the minutes, for lack of a profile."
