"""Keys for tests: real ones, whose hash is cheap because a test says so."""

from datetime import UTC, datetime
from pathlib import Path

from features.workspace import Workspace
from ledger.ledger import Ledger
from serving.access.caller import Role, Scope
from serving.access.hashing import Cost
from serving.access.keys import Grant, create

CHEAP = Cost(kibibytes=8, passes=1)


def key_in(ledger: Ledger, *roles: Role, name: str = "Ann", scope: Scope | None = None, days: int = 30) -> str:
    """Make a key for these roles, by default for all but a partner's, and return it whole."""
    grant = Grant(name, frozenset(roles or set(Role) - {Role.PARTNER}), days, scope=scope or Scope())
    return create(ledger, grant, actor="tests", now=datetime.now(UTC), cost=CHEAP)[0]


def headers_for(root: Path, *roles: Role, name: str = "Ann", scope: Scope | None = None) -> dict[str, str]:
    """Make a key in the workspace at `root` and return the header that it is sent in.

    Without roles it has all but a partner's. Another name is another person: whoever drafted a plan does not issue it
    alone.
    """
    with Ledger.open(Workspace.open(root).database_url, lambda: datetime.now(UTC)) as ledger:
        return {"Authorization": f"Bearer {key_in(ledger, *roles, name=name, scope=scope)}"}
