"""Rules for all tests: they live in a category, Hypothesis is repeatable, and in CI a skip needs a true reason."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from features.workspace import DATABASE_VARIABLE
from tests.support.databases import KINDS, Postgresql
from tests.support.shared_data import skip_is_honest

CATEGORIES = ("architecture", "browser", "golden", "integration", "property", "unit")
HERE = Path(__file__).parent
IN_CI = os.environ.get("CI", "").lower() == "true"

# Time limits would make a pass depend on the machine. In CI the examples are the same in every run.
settings.register_profile("developer", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if IN_CI else "developer")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse tests that lie in no category."""
    strays = sorted({str(item.path) for item in items if category(item.path) not in CATEGORIES})
    if strays:
        folders = ", ".join(f"tests/{name}" for name in CATEGORIES)
        raise pytest.UsageError(f"These tests lie in no category: {', '.join(strays)}; move them to one of {folders}.")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, turn a skip without a true reason into a failure."""
    report = yield
    if not hasattr(report, "wasxfail"):
        fail_dishonest_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips itself as a whole."""
    report = yield
    fail_dishonest_skip(report)
    return report


def category(path: Path) -> str:
    """Return the folder below tests/ that a test lies in."""
    return path.relative_to(HERE).parts[0]


def fail_dishonest_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Mark a skipped report as failed in CI, unless it names data or a program that is really missing."""
    if not (IN_CI and report.skipped):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not skip_is_honest(reason):
        report.outcome = "failed"
        report.longrepr = f"In CI a skipped test is a failure. It was skipped with: {reason}"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """A PostgreSQL that the tests of a session share; each makes databases of its own in it."""
    server = Postgresql()
    yield server
    server.stop()


@pytest.fixture(params=KINDS)
def each_database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Run a test twice: with SQLite files, then with a fresh PostgreSQL database as the environment names one.

    `tests.support.ledgers.url_of` and workspaces follow it, in this process and in those that it starts.
    """
    if request.param == "sqlite":
        monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
        yield request.param
        return
    server: Postgresql = request.getfixturevalue("postgresql")
    url = server.database()
    monkeypatch.setenv(DATABASE_VARIABLE, url)
    yield request.param
    server.drop(url)
