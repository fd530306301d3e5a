"""The service in this process, on a workspace of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.testclient import TestClient

from serving.preflight import WORKSPACE_VARIABLE
from serving.service import Strandcast


@contextmanager
def running_service(root: Path) -> Iterator[TestClient]:
    """Yield a client of the service on the workspace at `root`, start-up and shutdown included."""
    before = os.environ.get(WORKSPACE_VARIABLE)
    os.environ[WORKSPACE_VARIABLE] = str(root)
    try:
        with TestClient(Strandcast.to_asgi(), "http://localhost", raise_server_exceptions=False) as client:
            yield client
    finally:
        if before is None:
            del os.environ[WORKSPACE_VARIABLE]
        else:
            os.environ[WORKSPACE_VARIABLE] = before
