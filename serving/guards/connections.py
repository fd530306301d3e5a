"""Connections: one that asks for nothing, or without end, is closed, and there are never too many of them.

uvicorn waits for the first request of a connection, and for the rest of one that has begun, for ever; BentoML has no
place to name another protocol. So the class that uvicorn takes is replaced by one that adds the limits.
"""

import asyncio
from typing import Any

import httptools
from uvicorn.protocols.http import auto

# A request's headers must have arrived so many seconds after its connection was made, or after its own first byte.
SECONDS_TO_ASK = 0.9
# Of one worker. The next is closed at once: what is open already is answered first.
MOST_CONNECTIONS = 1024

# Bytes of a request's head that are taken; httptools, which reads it, has no bound of its own, and a head that arrives
# at once is read whole before anybody could count what is still to come.
LONGEST_HEAD = 64 * 1024

# A colon, a space and the end of the line.
_BETWEEN = 4
_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class _HeadTooLongError(Exception):
    """Ends the reading of a head; httptools makes an error of its own of it."""


_Protocol: Any = auto.AutoHTTPProtocol


class BoundedConnection(_Protocol):  # type: ignore[misc]
    """A connection of uvicorn that does not wait for ever."""

    _deadline: asyncio.TimerHandle | None = None
    _head = 0
    _read = 0
    _is_too_long = False

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin, unless there are too many."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
            return
        self._expect()

    def data_received(self, data: bytes) -> None:
        """Take what arrived; the clock runs until it is a request."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before or self._is_asked():
            self._head = 0
            self._unexpect()
            return
        self._head += len(data)
        if self._head > LONGEST_HEAD and not self.transport.is_closing():
            self.transport.write(_TOO_LONG)
            self.transport.close()
        elif self._deadline is None:
            self._expect()

    def on_message_begin(self) -> None:
        """Begin a head."""
        self._read = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Take a part of the address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._count(len(name) + len(value) + _BETWEEN)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin the request; where its target is a whole address, the host that it names stands for the Host header."""
        if not self.url.startswith(b"/") and b"://" in self.url:
            target = httptools.parse_url(self.url)
            host = b"[%s]" % target.host if b":" in (target.host or b"") else target.host or b""
            port = b":%d" % target.port if target.port else b""
            # Hosts that were sent twice, or not at all, are refused as ever.
            self.headers[:] = [(name, host + port if name == b"host" else value) for name, value in self.headers]
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what could not be read, or was not read to its end."""
        if not self._is_too_long:
            super().send_400_response(msg)
        elif not self.transport.is_closing():
            self.transport.write(_TOO_LONG)
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._unexpect()
        super().connection_lost(exc)

    def _count(self, number: int) -> None:
        self._read += number
        if self._read > LONGEST_HEAD:
            self._is_too_long = True
            raise _HeadTooLongError

    def _is_asked(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _expect(self) -> None:
        self._deadline = self.loop.call_later(SECONDS_TO_ASK, self._give_up)

    def _unexpect(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if not self._is_asked() and not self.transport.is_closing():
            self.transport.close()


def bound_connections() -> None:
    """Let every server that is started from now on in this process take bounded connections."""
    auto.AutoHTTPProtocol = BoundedConnection
