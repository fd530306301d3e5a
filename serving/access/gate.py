"""The gate: finds a request's policy and caller, and lets in only whom the policy names; deny by default.

Headers are all that it looks at: whoever is turned away has not had a byte of a body read.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from serving.access.caller import Caller, Role
from serving.access.policy import Policies
from serving.asking import Asking
from serving.guards.problems import refuse

ASKING = "strandcast.asking"

Identify = Callable[[Mapping[str, str]], Caller | None]


class Gate:
    """ASGI middleware that turns away whoever may not ask.

    Args:
        app: What it is laid round.
        policies: Of all routes.
        identify: Tells who sends these headers; None where they say it and it does not hold.
    """

    def __init__(self, app: ASGIApp, *, policies: Policies, identify: Identify) -> None:
        self.app = app
        self.policies = policies
        self.identify = identify

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
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        caller = self.identify(headers)
        if caller is None:
            await refuse(send, HTTPStatus.UNAUTHORIZED, {"www-authenticate": "Bearer"})
            return
        asking.caller = caller
        # Until keys are in force everybody counts as admin, who may do everything.
        if caller.role not in policy.roles and caller.role is not Role.ADMIN:
            await refuse(send, HTTPStatus.FORBIDDEN)
            return
        await self.app(scope, receive, send)
