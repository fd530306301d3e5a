"""Callers: who asks, in which role, and how far their sight reaches."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What somebody is here for."""

    PLANNER = "planner"
    DATA_SCIENTIST = "data-scientist"
    AUDITOR = "auditor"
    PARTNER = "partner"
    PUBLIC = "public"
    ADMIN = "admin"


# Those who are given something that leaves the force.
OUTSIDE = (Role.PARTNER, Role.PUBLIC)


@dataclass(frozen=True)
class Scope:
    """How far a caller's sight reaches; None: all of it.

    Attributes:
        areas: Codes of areas, or names of districts.
        strands: Names of strands.
        owners: Owners of teams, such as "council".
        feeds: Names of feeds.
    """

    areas: frozenset[str] | None = None
    strands: frozenset[str] | None = None
    owners: frozenset[str] | None = None
    feeds: frozenset[str] | None = None


@dataclass(frozen=True)
class Caller:
    """Somebody who asks.

    Attributes:
        name: As it is recorded: the name of a key or the subject of a token.
        role: In which role.
        authentication: How they are known: "api-key:ID", "oidc:ISSUER" or "none".
        purpose: Code of the purpose that they ask for.
        scope: How far their sight reaches.
        roles: All that they have.
    """

    name: str
    role: Role
    authentication: str
    purpose: str = "demand-forecasting"
    scope: Scope = field(default_factory=Scope)
    roles: frozenset[Role] = frozenset()

    @property
    def identity(self) -> str:
        """By what things are somebody's own: two keys, or a key and a token, may bear one name and be two people."""
        return f"{self.authentication} {self.name}"


# Nobody who is known is called so.
NOBODY = frozenset({"anybody", "unknown"})
ANYBODY = Caller("anybody", Role.PUBLIC, "none")
