"""The typed Python client, made from the service's own description as `make client` makes it."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from starlette.testclient import TestClient

from serving.service import present_description
from tests.support.repository import REPOSITORY

NAME = "strandcast_client"
_TOOLS = Path(sys.executable).parent


class MadeClient:
    """The client package, asking through a test's connection.

    Attributes:
        package: The package.
        client: A client of it that sends whatever the connection sends.
    """

    def __init__(self, folder: Path, connection: TestClient) -> None:
        document = folder / "openapi.json"
        document.write_text(json.dumps(present_description()), "utf-8")
        command = [
            str(_TOOLS / "openapi-python-client"),
            "generate",
            "--config",
            str(REPOSITORY / "scripts" / "client.yaml"),
        ]
        # The generator formats what it made with the ruff that it finds.
        environment = {**os.environ, "PATH": f"{_TOOLS}{os.pathsep}{os.environ['PATH']}"}
        made = subprocess.run(
            [
                *command,
                "--path",
                str(document),
                "--meta",
                "none",
                "--output-path",
                str(folder / NAME),
                "--fail-on-warning",
            ],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stdout + made.stderr
        sys.path.insert(0, str(folder))
        try:
            self.package: ModuleType = importlib.import_module(NAME)
        finally:
            sys.path.remove(str(folder))
        self._folder = folder
        self.client = self.package.Client("http://localhost").set_httpx_client(connection)

    def model(self, name: str) -> Any:
        """Return a class of a shape."""
        return getattr(self._module("models"), name)

    def ask(self, tag: str, operation: str, /, **arguments: Any) -> Any:
        """Ask by the function of an operation, and return the status and the parsed answer."""
        answer = self._module(f"api.{tag}.{operation}").sync_detailed(client=self.client, **arguments)
        return answer.status_code, answer.parsed

    def _module(self, name: str) -> ModuleType:
        sys.path.insert(0, str(self._folder))
        try:
            return importlib.import_module(f"{NAME}.{name}")
        finally:
            sys.path.remove(str(self._folder))
