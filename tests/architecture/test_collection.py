"""The rules of tests/conftest.py, tried on a small suite of their own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.repository import REPOSITORY
from tests.support.shared_data import MISSING, NO_PROGRAM


def run_suite(folder: Path, files: dict[str, str], *, ci: bool) -> tuple[int, str]:
    """Run a suite with our conftest and return pytest's exit code and output."""
    for name, text in files.items():
        path = folder / "suite" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    shutil.copy(REPOSITORY / "tests" / "conftest.py", folder / "suite" / "conftest.py")
    environment = {**os.environ, "CI": "true" if ci else "", "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder)]
    command += ["--import-mode=importlib", "suite"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def skipping(reason: str) -> dict[str, str]:
    return {"unit/test_it.py": f"import pytest\n\ndef test_it() -> None:\n    pytest.skip({reason!r})\n"}


def test_a_test_in_no_category_is_refused(tmp_path: Path) -> None:
    code, output = run_suite(tmp_path, {"other/test_it.py": "def test_it() -> None: ...\n"}, ci=False)
    assert code == pytest.ExitCode.USAGE_ERROR
    assert "lie in no category" in output


@pytest.mark.parametrize(("ci", "code"), [(False, pytest.ExitCode.OK), (True, pytest.ExitCode.TESTS_FAILED)])
def test_a_skip_fails_in_ci_only(tmp_path: Path, ci: bool, code: int) -> None:
    assert run_suite(tmp_path, skipping("no time"), ci=ci)[0] == code


def test_a_module_that_skips_itself_fails_in_ci(tmp_path: Path) -> None:
    files = {"unit/test_it.py": "import pytest\n\npytest.skip('no time', allow_module_level=True)\n"}
    assert run_suite(tmp_path, files, ci=True)[0] != pytest.ExitCode.OK


@pytest.mark.parametrize("reason", [f"{MISSING}/no/such/folder", f"{NO_PROGRAM}no-such-program"])
def test_a_skip_for_what_is_missing_passes_in_ci(tmp_path: Path, reason: str) -> None:
    assert run_suite(tmp_path, skipping(reason), ci=True)[0] == pytest.ExitCode.OK


@pytest.mark.parametrize("reason", [f"{MISSING}/", f"{NO_PROGRAM}sh"])
def test_a_skip_for_what_is_there_fails_in_ci(tmp_path: Path, reason: str) -> None:
    code, output = run_suite(tmp_path, skipping(reason), ci=True)
    assert code == pytest.ExitCode.TESTS_FAILED
    assert "1 failed" in output
