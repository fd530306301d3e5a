"""What a roster needs to know of a resource."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["patrol", "team", "caseload"]
# Every strand.
EVERY = "*"


@dataclass(frozen=True)
class Visits:
    """How a resource visits.

    Attributes:
        minutes: Minutes of a visit.
        travel_minutes: Least minutes on the way between two visits of a patrol.
        places: Most spots of an area that share its visits.
    """

    minutes: int
    travel_minutes: int
    places: int


@dataclass(frozen=True)
class Duty:
    """A resource on duty.

    Attributes:
        code: Its code.
        name: Its name.
        kind: Cases of the kind "caseload" wait for no shift: its hours stay those of the period.
        strands: Names of the strands that it works on; "*": every one.
        crew: People who go out together; hours are those of people.
        visits: How it visits; None: it is where it is for the whole shift.
    """

    code: str
    name: str
    kind: Kind
    strands: tuple[str, ...] = (EVERY,)
    crew: int = 1
    visits: Visits | None = None
