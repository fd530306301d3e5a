"""The service as a process of its own, as `strandcast serve` starts it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.support.repository import REPOSITORY

READY_WITHIN_SECONDS = 180


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@contextmanager
def served(root: Path) -> Iterator[str]:
    """Serve a workspace; yields where, once it answers."""
    port = free_port()
    command = [sys.executable, "-m", "strandcast", "serve", "--json", "--port", str(port), "--workspace", str(root)]
    environment = {**os.environ, "BENTOML_DO_NOT_TRACK": "True"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment, cwd=REPOSITORY
    ) as child:
        try:
            assert child.stdout is not None
            url: str = json.loads("".join(iter(child.stdout.readline, "}\n")) + "}")["url"]
            _await(f"{url}/livez")
            yield url
        finally:
            child.send_signal(signal.SIGTERM)
            child.communicate(timeout=60)


def _await(url: str) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while True:
        try:
            with urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except (URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
