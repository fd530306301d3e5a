"""Hosts: a request that asks for another name than ours is not for us.

A page of somebody else whose name was made to lead here (DNS rebinding), or a proxy set up wrongly, is told so.
"""

from collections.abc import Callable, Collection
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from serving.guards.problems import refuse

OWN = frozenset({"127.0.0.1", "localhost", "[::1]"})


class Hosts:
    """ASGI middleware that answers only under the names that are ours.

    Args:
        app: What it is laid round.
        names: Returns the names besides those of this machine itself.
    """

    def __init__(self, app: ASGIApp, *, names: Callable[[], Collection[str]]) -> None:
        self.app = app
        self.names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or say that it is not for us."""
        if scope["type"] == "http" and not self._is_ours(scope):
            await refuse(send, HTTPStatus.MISDIRECTED_REQUEST)
            return
        await self.app(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        said = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"]
        if len(said) != 1:
            return False
        # An address of version 6 stands in brackets and holds colons of its own.
        begin, bracket, end = said[0].rpartition("]")
        name = begin + bracket + end.partition(":")[0]
        return name in OWN or name in self.names()
