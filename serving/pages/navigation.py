"""Where somebody can go: the places of the site, for the roles that they have."""

from collections.abc import Collection
from dataclasses import dataclass

from serving.access.caller import Role

_RECORD = "/record"
_STAFF = frozenset({Role.PLANNER, Role.DATA_SCIENTIST, Role.AUDITOR})


@dataclass(frozen=True)
class Place:
    """A page that the navigation names.

    Attributes:
        address: Of the page.
        name: As it is called.
        roles: Whom it is for.
    """

    address: str
    name: str
    roles: frozenset[Role]


PLACES = (
    Place("/week", "This week", _STAFF),
    Place("/plans", "Plans", _STAFF),
    Place("/questions", "Questions", _STAFF | {Role.PARTNER}),
    Place("/trends", "Trends", _STAFF),
    Place("/models", "Models", _STAFF),
    Place("/feeds", "Feeds", _STAFF | {Role.PARTNER}),
    Place(_RECORD, "Record", frozenset({Role.AUDITOR})),
    Place("/summary", "Public summary", _STAFF | {Role.PARTNER, Role.PUBLIC}),
    Place("/help", "Help", frozenset(Role)),
)


def places_for(roles: Collection[Role]) -> tuple[Place, ...]:
    """Return the places that some roles may go to; whoever is nobody known sees what the public does."""
    own = set(roles) or {Role.PUBLIC}
    return tuple(place for place in PLACES if place.roles & own)


def home_of(roles: Collection[Role]) -> str:
    """Return the address where somebody with these roles begins: that of their first place.

    Whoever is an auditor and nothing else is here for the record.
    """
    return _RECORD if set(roles) == {Role.AUDITOR} else places_for(roles)[0].address
