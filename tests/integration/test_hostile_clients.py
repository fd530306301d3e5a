"""Clients that want to be a burden, on a socket of this machine. The soak is `python -m benchmarks.hostile_clients`."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn

from serving.preflight import WORKSPACE_VARIABLE
from serving.service import Strandcast
from tests.support import hostile
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.hostile import PATIENCE, Target, Treated
from tests.support.keys import headers_for


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """Serve a SYNTHETIC workspace on a port, as a worker would."""
    folder = tmp_path_factory.mktemp("hostile") / "w"
    record_run(synthetic_workspace(folder))
    with pytest.MonkeyPatch.context() as patch, socket.socket() as listening:
        patch.setenv(WORKSPACE_VARIABLE, str(folder))
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(Strandcast.to_asgi(), log_config=None))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield Target(listening.getsockname()[1], headers_for(folder)["Authorization"])
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        # A connection that is closed while its client still sends may swallow the answer.
        (hostile.declared_gigabyte, {413, 0}),
        (hostile.chunked_gigabyte, {413, 0}),
        (hostile.slow_body, {408}),
        (hostile.slow_head, {0}),
        (hostile.many_fields_of_json, {413, 0}),
        (hostile.all_fields_that_fit, {413}),
        (hostile.all_fields_that_are_read, {422}),
        (hostile.deep_body, {400, 422}),
        (hostile.many_elements, {413}),
        (hostile.long_head, {431}),
        (hostile.long_head_of_parts, {431}),
        (hostile.many_fields_of_query, {400, 414, 431, 0}),
        (hostile.many_headers, {400, 431, 0}),
    ],
)
def test_a_client_that_sends_too_much_or_too_slowly_is_refused(
    target: Target, client: Callable[[Target], Treated], expected: set[int]
) -> None:
    treated = client(target)
    assert treated.status in expected
    assert hostile.is_alive(target)
    assert treated.sent < 10_000_000


@pytest.mark.parametrize("client", [hostile.declared_gigabyte, hostile.chunked_gigabyte, hostile.slow_body])
def test_of_whom_nobody_knows_no_body_is_read(target: Target, client: Callable[[Target], Treated]) -> None:
    treated = client(Target(target.port, key=""))
    assert treated.status in {401, 0}
    assert hostile.is_alive(target)
    assert treated.sent < 10_000_000


def test_connections_that_ask_for_nothing_are_closed_and_others_are_answered(target: Target) -> None:
    closed, answered = hostile.idle(target, 64)
    assert max(closed) < PATIENCE
    assert answered < PATIENCE
