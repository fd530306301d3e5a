"""`strandcast serve`: the service over HTTP."""

from __future__ import annotations

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

import click

from errors import ServiceError
from strandcast.command import Context, command_options

_SERVICE = "serving.service:Strandcast"
_READY_WITHIN_SECONDS = 180.0
# Longer than an answer may take: those under way are given out first.
_STOPS_WITHIN_SECONDS = 35.0
_READY = 200
# Of glibc, for workers of many threads that now and then hold a county's plan: few arenas, and blocks as large as that
# given back to the system as soon as they are free. Left alone, a worker keeps what its busiest moment took; lower
# thresholds give back what the next read takes again, and cost half of the reads a second.
_MEMORY = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "4194304", "MALLOC_TRIM_THRESHOLD_": "33554432"}


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True, help="Port to listen on.")
@click.option("--workers", type=click.IntRange(1, 16), default=1, show_default=True, help="Processes that answer.")
@command_options
def serve(context: Context, host: str, port: int, workers: int) -> None:
    """Serve the champion's newest forecast until interrupted; a newer run is taken up without a restart."""
    from serving.preflight import check

    root = context.root.resolve()
    old = check(root, context.clock)
    _refuse_taken(host, port)
    with _running(root, host, port, workers) as process:
        url = f"http://{host}:{port}"
        # What is too old is served, and said to be; nothing would make it ready but a newer forecast.
        _wait_until_ready(process, f"{url}/livez" if old else f"{url}/readyz")
        lines = [
            f"Listening on {url}; stop with Ctrl+C. {url}/docs.json says what may be asked.",
            "Who asks needs a key (strandcast keys create NAME --role ROLE) or a token:",
            f'  curl -H "Authorization: Bearer KEY" {url}/v1/periods',
        ]
        context.output.result({"url": url, "workspace": str(root), "workers": workers, "pid": os.getpid()}, lines=lines)
        # A program that started this one waits for the document while the service goes on.
        sys.stdout.flush()
        process.wait()
        raise ServiceError("the service ended by itself", place=url, fix="read its messages above")


def _refuse_taken(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on: BentoML would tell it with a traceback."""
    try:
        # The first address that the name has, as the server will take it.
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        reason = error.strerror or "it cannot be used"
        raise ServiceError(
            f"cannot listen there ({reason})", place=f"{host}:{port}", fix="name another --port"
        ) from error


@contextmanager
def _running(root: Path, host: str, port: int, workers: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run the service as a child; whatever ends this process, a signal included, ends the child first."""
    import serving

    folder = Path(serving.__file__).resolve().parents[1]
    command = [sys.executable, "-m", "bentoml", "serve", _SERVICE, "--working-dir", str(folder)]
    environment = {
        # What is set outside goes before.
        **_MEMORY,
        **os.environ,
        "STRANDCAST_WORKSPACE": str(root),
        "BENTOML_DO_NOT_TRACK": "True",
        "BENTOML_CONFIG_OPTIONS": f"services.strandcast.workers={workers}",
    }
    # Standard output is ours: under --json it holds one document.
    address = ["--host", host, "--port", str(port)]
    process = subprocess.Popen([*command, *address], env=environment, stdout=sys.stderr.fileno())  # noqa: S603 - our own
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield process
    except KeyboardInterrupt:
        return
    finally:
        # Whoever asks twice is not to leave the service running.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        process.terminate()
        try:
            process.wait(_STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        signal.signal(signal.SIGTERM, before)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + _READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServiceError("the service could not start", place=url, fix="read its messages above")
        try:
            with urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
                if answer.status == _READY:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    raise ServiceError("the service did not get ready", place=url, fix="read its messages above")


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
