"""The service in this process, on a workspace of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.testclient import TestClient

from serving.preflight import WORKSPACE_VARIABLE
from serving.service import Strandcast
from tests.support.keys import headers_for


@contextmanager
def running_service(root: Path, *, known: bool = True) -> Iterator[TestClient]:
    """Yield a client of the service on the workspace at `root`, start-up and shutdown included.

    It sends a key that has every role, unless nobody is to know it; `tests.support.keys.headers_for` makes others.
    """
    before = os.environ.get(WORKSPACE_VARIABLE)
    os.environ[WORKSPACE_VARIABLE] = str(root)
    try:
        with TestClient(Strandcast.to_asgi(), "http://localhost", raise_server_exceptions=False) as client:
            if known:
                client.headers.update(headers_for(root))
            yield client
    finally:
        if before is None:
            del os.environ[WORKSPACE_VARIABLE]
        else:
            os.environ[WORKSPACE_VARIABLE] = before
