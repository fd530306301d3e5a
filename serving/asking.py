"""The request that is being answered: who asks, and for what. Reached from wherever an answer is made."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field

from starlette.types import Scope

from ledger.acting import Acting
from serving.access.caller import ANYBODY, Caller
from serving.access.policy import Policy
from serving.access.session import Session

# Under which key a connection's scope holds its request.
ASKING = "strandcast.asking"
# The only ones that are handed on: who asks, for one, is nobody's business but the gate's.
HEADERS = ("idempotency-key", "prefer")


@dataclass
class Asking:
    """One request, as far as it is known; what lies outside fills it in as it goes on.

    Attributes:
        request_id: Stands in the log, the record and the answer.
        policy: Of the route; None where there is no such route.
        caller: Who asks; nobody known until they have said.
        path: What is asked for.
        headers: Those of `HEADERS` that were sent.
        session: What somebody who reads pages is signed in by; None where they are not, and outside pages.
    """

    request_id: str
    policy: Policy | None = None
    caller: Caller = ANYBODY
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    session: Session | None = None

    def acting(self) -> Acting:
        """Return what every event of this request says."""
        caller = self.caller
        return Acting(caller.role, caller.authentication, caller.purpose, {"request": self.request_id})


def is_page(scope: Scope) -> bool:
    """Return whether a connection asks for a page, by the policy that was found for it."""
    asking: Asking | None = scope.get(ASKING)
    return asking is not None and asking.policy is not None and asking.policy.page


_PRESENT: ContextVar[Asking] = ContextVar("strandcast_asking")


def present() -> Asking:
    """Return the request that is being answered in this task or thread.

    Raises:
        LookupError: None is.
    """
    return _PRESENT.get()


def begin(asking: Asking) -> None:
    """Make a request the present one, for this task and what it starts."""
    _PRESENT.set(asking)
