"""What a connection makes of the beginning of a request."""

import asyncio
from unittest.mock import Mock

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from serving.guards.connections import BoundedConnection
from serving.guards.hosts import Hosts
from tests.support.asgi import echo


def status_of(target: str, host: str = "127.0.0.1:3000") -> int:
    """Return the status that a connection answers a request with; only hosts are looked at."""
    sent = bytearray()
    transport = Mock(spec=asyncio.Transport)
    transport.write.side_effect = sent.extend
    transport.get_extra_info.return_value = None
    transport.is_closing.return_value = False

    async def ask() -> None:
        config = Config(Hosts(echo, names=lambda: ["plans.example.org"]), log_config=None, lifespan="off")
        config.load()
        connection = BoundedConnection(config, ServerState(), {}, asyncio.get_running_loop())
        connection.connection_made(transport)
        connection.data_received(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        await asyncio.gather(*connection.tasks)
        connection.connection_lost(None)

    asyncio.run(ask())
    return int(sent.split(b" ", 2)[1])


@pytest.mark.parametrize(
    ("target", "host", "expected"),
    [
        ("/livez", "127.0.0.1", 200),
        ("/livez?next=http://evil.example/", "127.0.0.1", 200),
        ("http://evil.example/livez", "127.0.0.1", 421),
        ("HTTP://evil.example:3000/livez", "localhost", 421),
        ("http://localhost@evil.example/livez", "localhost", 421),
        ("http://127.0.0.1:3000/livez", "evil.example", 200),
        ("https://Plans.Example.org/livez", "evil.example", 200),
        ("http://[::1]:3000/livez", "evil.example", 200),
        ("/livez", "evil.example", 421),
    ],
)
def test_the_host_of_a_whole_address_stands_for_the_host_header(target: str, host: str, expected: int) -> None:
    assert status_of(target, host) == expected
