"""Acting: in which role, how known and for which purpose somebody works with the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from errors import LedgerError
from ledger.events import Draft, Scalar


@dataclass(frozen=True)
class Acting:
    """What is true of all events of one command or request.

    Invariant: role, authentication and purpose are not empty.

    Attributes:
        role: In which role.
        authentication: How the actor is known.
        purpose: Code of the purpose.
        details: What each event says besides its own details, such as the request it belongs to.
    """

    role: str = "operator"
    authentication: str = "operating-system"
    purpose: str = "demand-forecasting"
    details: Mapping[str, Scalar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what would leave an event incomplete.

        Raises:
            LedgerError: The invariant does not hold.
        """
        for name in ("role", "authentication", "purpose"):
            if not getattr(self, name):
                raise LedgerError(f"an event needs its {name}", fix=f"give a {name} that is not empty")

    def complete(self, draft: Draft) -> Draft:
        """Return the draft with what it leaves open; what it says itself stands.

        Raises:
            LedgerError: It discloses something, and does not say to whom (Data Protection Act 2018, section 62(3)(c)).
        """
        if (draft.operation, draft.outcome, draft.recipient) == ("disclosure", "ok", None):
            raise LedgerError("a disclosure needs its recipient", place=draft.object, fix="say who was given it")
        if draft.role and draft.authentication and draft.purpose and not self.details:
            return draft
        return replace(
            draft,
            role=draft.role or self.role,
            authentication=draft.authentication or self.authentication,
            purpose=draft.purpose or self.purpose,
            details={**self.details, **draft.details},
        )
