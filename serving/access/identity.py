"""Identities: whom a key or a token names, and how far their sight reaches."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ledger.texts import settled
from serving.access.caller import Caller, Role, Scope

PARTS = ("areas", "strands", "owners", "feeds")
NOTHING: frozenset[str] = frozenset()
# The purpose that is recorded where a key names no other.
PURPOSES = {
    Role.PLANNER: "demand-forecasting",
    Role.DATA_SCIENTIST: "model-development",
    Role.AUDITOR: "audit",
    Role.ADMIN: "administration",
    Role.PARTNER: "partner-working",
    Role.PUBLIC: "publication",
}


@dataclass(frozen=True)
class Identity:
    """Somebody who is known, in all the roles that they have.

    Attributes:
        name: As it is recorded.
        roles: What they are here for.
        authentication: How they are known, such as "api-key:ID".
        purpose: Code of their purpose; "": that of the role.
        scope: How far their sight reaches.
    """

    name: str
    roles: frozenset[Role]
    authentication: str
    purpose: str = ""
    scope: Scope = field(default_factory=Scope)

    def caller(self, wanted: Collection[Role]) -> Caller:
        """Return who asks for something that these roles may ask for.

        They act in the first of their roles that is wanted; where none is, in the first that they have, and are turned
        away. A partner sees the teams and feeds that are named to it, and no others: none where none is.
        """
        own = [role for role in PURPOSES if role in self.roles]
        role = next((one for one in own if one in wanted), own[0] if own else Role.PUBLIC)
        scope = self.scope
        if role in (Role.PARTNER, Role.PUBLIC):
            owners, feeds = (NOTHING if part is None else part for part in (scope.owners, scope.feeds))
            scope = replace(scope, owners=owners, feeds=feeds)
        return Caller(self.name, role, self.authentication, self.purpose or PURPOSES[role], scope, self.roles)


def scope_text(scope: Scope) -> str:
    """Return a scope as the one text under which it is kept."""
    document = {part: sorted(values) for part in PARTS if (values := getattr(scope, part)) is not None}
    return settled(document).decode()


def scope_of(document: Mapping[str, Any]) -> Scope:
    """Return the scope that a document spells; a part that it leaves out is not narrowed.

    Raises:
        ValueError: It has other parts, or a part that is no list of words.
    """
    if not document.keys() <= set(PARTS):
        raise ValueError("a scope has areas, strands, owners and feeds, and nothing else")
    return Scope(**{part: _words(values) for part, values in document.items()})


def _words(values: object) -> frozenset[str]:
    if not isinstance(values, Iterable) or isinstance(values, str | bytes | Mapping):
        raise ValueError("a part of a scope is a list of words")  # noqa: TRY004 - what is read is at fault, not the code
    words = list(values)
    if not all(isinstance(word, str) and word for word in words):
        raise ValueError("a part of a scope is a list of words")
    return frozenset(words)
