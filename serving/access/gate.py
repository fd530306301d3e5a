"""The gate: finds a request's policy and caller, and lets in only whom the policy names; deny by default.

Headers are all that it looks at: whoever is turned away has not had a byte of a body read.
"""

import logging
import math
from collections.abc import Awaitable, Callable, Collection, Sequence
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from errors import StrandcastError
from serving.access.caller import Caller, Role
from serving.access.policy import Policies, Policy
from serving.access.refused import TooManyAttemptsError, UnknownCallerError
from serving.access.session import Session
from serving.asking import ASKING, Asking
from serving.conflicts import sentence_of
from serving.guards.problems import refuse

_logger = logging.getLogger("strandcast.serving")

# RFC 6750, section 3.
CHALLENGE = 'Bearer realm="strandcast"'

# The values of all Authorization headers, where the request comes from (None: a failure does not count), who may ask.
Identify = Callable[[Sequence[str], str | None, Collection[Role]], Awaitable[Caller]]


class Gate:
    """ASGI middleware that turns away whoever may not ask.

    Args:
        app: What it is laid round.
        policies: Of all routes.
        identify: Tells who asks.
        wait: Takes a request from what its caller may still ask for; returns 0, or the seconds until there is one.
        signed_in: Returns the session that a request's cookie opens, if any.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        policies: Policies,
        identify: Identify,
        wait: Callable[[Scope], float],
        signed_in: Callable[[Scope], Session | None],
    ) -> None:
        self.app = app
        self.signed_in = signed_in
        self.policies = policies
        self.identify = identify
        self.wait = wait

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in or turn it away."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asking: Asking = scope[ASKING]
        policy = self.policies.find(scope["method"], scope["path"])
        if policy is None:
            allowed = self.policies.methods(scope["path"])
            status = HTTPStatus.METHOD_NOT_ALLOWED if allowed else HTTPStatus.NOT_FOUND
            await refuse(send, status, {"allow": ", ".join(allowed)} if allowed else {})
            return
        asking.policy = policy
        if policy.anybody:
            asking.session = self.signed_in(scope) if policy.page else None
            await self.app(scope, receive, send)
            return
        caller = await self._caller(scope, policy, send)
        if caller is None:
            return
        asking.caller = caller
        if caller.role not in policy.roles:
            # Each refusal is recorded, and so counts as a request: no key may fill the record with them.
            wait = self.wait(scope)
            if wait > 0:
                await refuse(send, HTTPStatus.TOO_MANY_REQUESTS, {"retry-after": str(math.ceil(wait))})
            else:
                await refuse(send, HTTPStatus.FORBIDDEN)
            return
        await self.app(scope, receive, send)

    async def _caller(self, scope: Scope, policy: Policy, send: Send) -> Caller | None:
        """Return who asks; None where they were turned away for not being known."""
        asking: Asking = scope[ASKING]
        sent = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"authorization"]
        if policy.page:
            # A cookie opens pages and nothing else, so that no other site can have a browser ask the API.
            asking.session = self.signed_in(scope)
            sent = [f"Bearer {asking.session.token}"] if asking.session else []
        address = scope["client"][0] if scope.get("client") else ""
        # Whoever opens a page without having signed in is led to where one does: no attempt that counts.
        counted = address if asking.session or not policy.page else None
        try:
            return await self.identify(sent, counted, policy.roles)
        except UnknownCallerError as error:
            asking.caller = Caller("unknown", Role.PUBLIC, error.claimed)
            await refuse(send, HTTPStatus.UNAUTHORIZED, {"www-authenticate": CHALLENGE}, str(error))
        except TooManyAttemptsError as error:
            await refuse(send, HTTPStatus.TOO_MANY_REQUESTS, {"retry-after": str(error.seconds)}, str(error))
        except StrandcastError as error:
            _logger.warning("who asks cannot be told: %s", error)
            await refuse(send, HTTPStatus.SERVICE_UNAVAILABLE, detail=sentence_of(error))
        return None
