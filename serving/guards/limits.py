"""Limits: how many requests are answered at once, and how many of one caller in a minute.

They count in one worker: behind two workers a caller may ask twice as much. Whoever is turned away is told after how
many seconds to come back (RFC 6585, section 4).
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from features.service import Service
from serving.asking import present
from serving.guards.problems import refuse

MINUTE = 60.0
# Callers whose counts are kept; the one that asked longest ago is forgotten first, and begins anew.
_MOST_CALLERS = 10_000


class Rates:
    """What each caller may still ask for: a bucket that holds a minute's requests and fills steadily.

    Args:
        seconds: Returns seconds that only ever grow.
    """

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, a_minute: int) -> float:
        """Take one request; return 0, or the seconds until there is one to take."""
        now = self._seconds()
        left, since = self._left.pop(caller, (float(a_minute), now))
        left = min(float(a_minute), left + (now - since) * a_minute / MINUTE)
        taken = left >= 1.0
        self._left[caller] = (left - 1.0 if taken else left, now)
        if len(self._left) > _MOST_CALLERS:
            self._left.popitem(last=False)
        return 0.0 if taken else (1.0 - left) * MINUTE / a_minute


class Limits:
    """ASGI middleware that turns away what is too much.

    Args:
        app: What it is laid round.
        settings: Returns the limits.
        rates: What callers may still ask for.
    """

    def __init__(self, app: ASGIApp, *, settings: Callable[[], Service], rates: Rates | None = None) -> None:
        self.app = app
        self.settings = settings
        self.rates = rates or Rates()
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or say when to come back."""
        policy = present().policy if scope["type"] == "http" else None
        # Probes are answered whatever happens: they are how one learns of it.
        if policy is None or not policy.recorded:
            await self.app(scope, receive, send)
            return
        settings = self.settings()
        wait = self.rates.take(counted_as(scope), settings.requests_a_minute)
        if wait > 0:
            await refuse(send, HTTPStatus.TOO_MANY_REQUESTS, {"retry-after": str(math.ceil(wait))})
            return
        if self._under_way >= settings.requests_at_once:
            await refuse(send, HTTPStatus.TOO_MANY_REQUESTS, {"retry-after": "1"})
            return
        self._under_way += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._under_way -= 1


def counted_as(scope: Scope) -> str:
    """Return whose requests are counted together: who is nobody known is told apart by address."""
    caller = present().caller
    if caller.authentication != "none":
        return f"{caller.authentication} {caller.name}"
    client = scope.get("client")
    return f"from {client[0] if client else ''}"
