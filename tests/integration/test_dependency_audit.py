"""pip-audit against a source of advisories of this machine: clean, faulty, broken, absent. And what is installed."""

import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scripts.dependency_audit import CLEAN, FAULTS, NOT_CHECKED, audit, judged, names
from tests.support.repository import REPOSITORY

REQUIREMENTS = "click==8.1.7\npydantic-core==2.41.4 \\\n    --hash=sha256:" + "0" * 64 + "\n"
FAULT = {
    "id": "SYNTHETIC-1",
    "summary": "made up",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "click"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9.0"}]}],
        }
    ],
}


@contextmanager
def source(status: int, faulty: str = "") -> Iterator[str]:
    """Yield the address of a source of advisories that answers with a status, and with a fault of one library."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            known = status == 200 and asked["package"]["name"] == faulty
            body = json.dumps({"vulns": [FAULT]} if known else {}).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
        server.shutdown()
        thread.join()


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text("click==8.1.7\npackaging==24.2\n", "utf-8")
    return path


@pytest.mark.parametrize(
    ("status", "faulty", "code", "words"),
    [
        (200, "", CLEAN, "checked: 2 libraries, no known fault"),
        (200, "click", FAULTS, "click 8.1.7: SYNTHETIC-1, mended in 9.0"),
        (503, "", NOT_CHECKED, "not checked: "),
    ],
)
def test_what_the_source_says_is_told(requirements: Path, status: int, faulty: str, code: int, words: str) -> None:
    with source(status, faulty) as url:
        verdict = audit(requirements, url)
    assert verdict.code == code
    assert verdict.lines[0].startswith(words)


def test_a_source_out_of_reach_is_told_as_not_checked_and_never_as_a_pass(requirements: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        verdict = audit(requirements, f"http://127.0.0.1:{nobody.getsockname()[1]}/v1/query")
    assert verdict.code == NOT_CHECKED
    assert verdict.lines[0].startswith("not checked: the source of advisories gave no answer")


def test_libraries_that_were_left_out_are_told() -> None:
    skipped = {"dependencies": [{"name": "click", "skip_reason": "no such package"}]}
    verdict = judged({"click", "packaging"}, json.dumps(skipped), "")
    assert verdict.code == NOT_CHECKED
    assert verdict.lines == ("not checked: 2 of 2 libraries, click, packaging",)
    assert judged((), json.dumps({"dependencies": []}), "").code == NOT_CHECKED


def test_every_pinned_library_is_looked_up() -> None:
    assert names(REQUIREMENTS) == {"click", "pydantic-core"}


def test_the_list_of_what_the_product_is_made_of_names_every_library_with_its_hashes(tmp_path: Path) -> None:
    done = subprocess.run(
        ["make", "sbom", f"BOM={tmp_path}"],  # noqa: S607 - as somebody would type it
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    document = json.loads((tmp_path / "sbom.json").read_text("utf-8"))
    assert document["bomFormat"] == "CycloneDX"
    assert document["metadata"]["component"]["name"] == "strandcast"
    pinned = names((tmp_path / "requirements.txt").read_text("utf-8"))
    assert {one["name"].lower().replace("_", "-").replace(".", "-") for one in document["components"]} == pinned
    assert {"bentoml", "lightgbm", "highspy", "sqlalchemy"} <= pinned
    assert "pytest" not in pinned
    assert all(one["externalReferences"][0]["hashes"] for one in document["components"])
