"""Hostile clients over plain sockets, each bounded in bytes and seconds: what is done to them, and how soon.

They only ever speak to an address of this machine.
"""

import contextlib
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

# Longer than anything of theirs may take; what was not over by then was not refused.
PATIENCE = 10.0
_DRIP = 0.1
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Treated:
    """What was done to a client.

    Attributes:
        what: What it did.
        status: The status that it was answered with; 0: closed without an answer; -1: neither, in all the patience.
        seconds: Until that.
        sent: Bytes that were taken of it.
    """

    what: str
    status: int
    seconds: float
    sent: int


@dataclass(frozen=True)
class Target:
    """Where a service listens on this machine.

    Attributes:
        port: Its port at 127.0.0.1.
        key: The value of the Authorization header, or empty.
        path: An address that takes a body.
    """

    port: int
    key: str = ""
    path: str = "/v1/plans"

    def head(self, method: str, path: str, *more: str) -> bytes:
        """Return the beginning of a request, without the empty line that ends it."""
        key = [f"Authorization: {self.key}"] if self.key else []
        return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", *key, *more, ""]).encode()

    @contextlib.contextmanager
    def connected(self) -> Iterator[socket.socket]:
        """Yield a connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            yield connection


def declared_gigabyte(target: Target) -> Treated:
    """Declare a body of 1 GB and send it until somebody says no."""
    return _poured("1 GB, declared", target, f"Content-Length: {10**9}", 10**9, chunked=False)


def chunked_gigabyte(target: Target) -> Treated:
    """Send 1 GB in chunks, its length undeclared."""
    return _poured("1 GB, in chunks", target, "Transfer-Encoding: chunked", 10**9, chunked=True)


def slow_body(target: Target) -> Treated:
    """Send a small body a byte at a time."""
    head = target.head("POST", target.path, "Content-Type: application/json", "Content-Length: 1000") + b"\r\n"
    return _dripped("a body that drips", target, head, b"{" + b" " * 999)


def slow_head(target: Target) -> Treated:
    """Send a request's head a byte at a time."""
    return _dripped("a head that drips", target, b"", target.head("GET", "/v1/periods", "X-Slow: " + "x" * 1000))


def many_fields_of_json(target: Target) -> Treated:
    """Send a body of 100,000 fields, in its smallest spelling."""
    return _told("100,000 fields of a body", target, "POST", _fields(100_000))


def all_fields_that_fit(target: Target) -> Treated:
    """Send a body of as many fields as its largest size holds."""
    return _told("25,000 fields of a body", target, "POST", _fields(25_000))


def all_fields_that_are_read(target: Target) -> Treated:
    """Send a body of as many unknown fields as are looked at."""
    return _told("5,000 fields of a body", target, "POST", _fields(5_000))


def deep_body(target: Target) -> Treated:
    """Send lists within lists, as deep as fits."""
    return _told("100,000 lists within lists", target, "POST", b'{"total_hours":' + b"[" * 100_000)


def many_elements(target: Target) -> Treated:
    """Send a list of 100,000 elements."""
    body = b'{"total_hours":[' + b",".join([b"0"] * 100_000) + b"]}"
    return _told("100,000 elements of a list", target, "POST", body)


def long_head(target: Target) -> Treated:
    """Ask with one header that is longer than a head may be, all at once."""
    head = target.head("GET", "/livez", "X-Long: " + "x" * 70_000)
    return _sent("a head of 70,000 bytes", target, head + b"\r\n")


def long_head_of_parts(target: Target) -> Treated:
    """Ask with fifty headers that are too long together, all at once."""
    head = target.head("GET", "/livez", *(f"X-{number}: " + "x" * 1400 for number in range(50)))
    return _sent("a head of 50 long headers", target, head + b"\r\n")


def many_fields_of_query(target: Target) -> Treated:
    """Ask with 100,000 fields."""
    head = target.head("GET", "/v1/forecasts?" + "&".join(["horizon=1"] * 100_000))
    return _sent("100,000 fields of a query", target, head + b"\r\n")


def many_headers(target: Target) -> Treated:
    """Ask with 100,000 headers."""
    head = target.head("GET", "/v1/periods", *(f"X-{number}: 1" for number in range(100_000)))
    return _sent("100,000 headers", target, head + b"\r\n")


ALL = (
    *(declared_gigabyte, chunked_gigabyte, slow_body, slow_head, many_fields_of_json, all_fields_that_fit),
    *(all_fields_that_are_read, deep_body, many_elements, many_fields_of_query, many_headers),
    *(long_head, long_head_of_parts),
)


def is_alive(target: Target) -> bool:
    """Return whether the service answers somebody else."""
    with target.connected() as another:
        another.sendall(target.head("GET", "/livez", "Connection: close") + b"\r\n")
        return b" 200 " in another.recv(_CHUNK)


def idle(target: Target, number: int) -> tuple[list[float], float]:
    """Open connections that ask for nothing; return after how many seconds each was closed, and one answer's seconds.

    The answer is asked for while they are open. One that was not closed within the patience counts as that.
    """
    with contextlib.ExitStack() as stack:
        began = time.perf_counter()
        connections = [stack.enter_context(target.connected()) for _ in range(number)]
        asked = time.perf_counter()
        assert is_alive(target)
        answered = time.perf_counter() - asked
        closed = []
        for connection in connections:
            connection.settimeout(max(began + PATIENCE - time.perf_counter(), 0.001))
            with contextlib.suppress(OSError):
                connection.recv(1)
            closed.append(time.perf_counter() - began)
    return closed, answered


def _fields(number: int) -> bytes:
    return b"{" + b",".join(b'"%d":0' % name for name in range(number)) + b"}"


def _told(what: str, target: Target, method: str, body: bytes) -> Treated:
    head = target.head(method, target.path, "Content-Type: application/json", f"Content-Length: {len(body)}")
    return _sent(what, target, head + b"\r\n" + body)


def _sent(what: str, target: Target, data: bytes) -> Treated:
    began, sent = time.perf_counter(), 0
    with target.connected() as connection:
        with contextlib.suppress(OSError):
            for begin in range(0, len(data), _CHUNK):
                sent += connection.send(data[begin : begin + _CHUNK])
        return Treated(what, _status(connection), time.perf_counter() - began, sent)


def _poured(what: str, target: Target, length: str, size: int, *, chunked: bool) -> Treated:
    head = target.head("POST", target.path, "Content-Type: application/json", length) + b"\r\n"
    chunk = (b"%x\r\n" % _CHUNK + b" " * _CHUNK + b"\r\n") if chunked else b" " * _CHUNK
    began, sent = time.perf_counter(), 0
    with target.connected() as connection:
        connection.sendall(head)
        connection.settimeout(0.01)
        status = None
        while status is None and sent < size and time.perf_counter() - began < PATIENCE:
            try:
                sent += connection.send(chunk)
            except TimeoutError:
                status = _answer(connection)
            except OSError:
                status = _answer(connection) or 0
            else:
                status = _answer(connection)
        # Whoever was neither answered nor closed was not refused.
        return Treated(what, -1 if status is None else status, time.perf_counter() - began, sent)


def _answer(connection: socket.socket) -> int | None:
    """Return the status if an answer has come; None if none has, 0 if the connection was closed."""
    try:
        connection.settimeout(0.001)
        return _read(connection.recv(_CHUNK))
    except TimeoutError:
        return None
    except OSError:
        return 0


def _dripped(what: str, target: Target, head: bytes, slow: bytes) -> Treated:
    began, sent = time.perf_counter(), 0
    with target.connected() as connection:
        connection.sendall(head)
        for byte in slow:
            if time.perf_counter() - began > PATIENCE:
                break
            with contextlib.suppress(OSError):
                sent += connection.send(bytes([byte]))
            connection.settimeout(_DRIP)
            try:
                return Treated(what, _read(connection.recv(_CHUNK)), time.perf_counter() - began, sent)
            except TimeoutError:
                continue
            except OSError:
                return Treated(what, 0, time.perf_counter() - began, sent)
        return Treated(what, -1, time.perf_counter() - began, sent)


def _status(connection: socket.socket) -> int:
    try:
        return _read(connection.recv(_CHUNK))
    except TimeoutError:
        return -1
    except OSError:
        return 0


def _read(answer: bytes) -> int:
    parts = answer.split(b" ", 2)
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
