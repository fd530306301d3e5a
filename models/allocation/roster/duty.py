"""What a roster needs to know of a resource."""

import math
from dataclasses import dataclass

from models.allocation.resources.effect import EVERY
from models.allocation.resources.resource import Kind, Resource

# Minutes nearer than this to a whole number are whole.
_WHOLE = 1e-9


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

    @classmethod
    def of(cls, resource: Resource) -> "Visits | None":
        """Return how a resource visits; None where it has no effect, and so no visits.

        Where its effects tell of several lengths or numbers of spots, the largest are taken, and minutes are rounded
        up: a list never holds more than the hours can do. The way is the resource's share of hours spent on it.
        """
        if not resource.effect:
            return None
        minutes = max(effect.visit_minutes for effect in resource.effect)
        way = minutes * resource.travel / (1 - resource.travel)
        places = max(effect.places for effect in resource.effect)
        return cls(math.ceil(minutes - _WHOLE), math.ceil(way - _WHOLE), math.ceil(places))


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

    @classmethod
    def of(cls, resource: Resource) -> "Duty":
        """Return the duty of a resource whose strands go by their names."""
        visits = Visits.of(resource)
        return cls(resource.code, resource.name, resource.kind, resource.strands, resource.crew, visits)
