"""A browser a module and a served workspace a session; whoever sits at the browser must have nothing to complain of.

The browser does not live longer than its module: Playwright's loop would be in the way of other tests' loops.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from serving.access.caller import Role, Scope
from tests.support.browsing import Person, chromium, person
from tests.support.corner import FEEDS, corner
from tests.support.keys import headers_for
from tests.support.serving_process import served
from tests.support.shared_data import need_program

# Names a workspace, whose copy is looked at instead of the SYNTHETIC corner.
GIVEN = "STRANDCAST_BROWSER_WORKSPACE"


@dataclass(frozen=True)
class Place:
    """A served workspace."""

    url: str
    root: Path

    def key(self, *roles: Role, name: str) -> str:
        """Return a new key; a partner's sees one feed."""
        scope = Scope(feeds=frozenset({FEEDS[1]})) if Role.PARTNER in roles else None
        return headers_for(self.root, *roles, name=name, scope=scope)["Authorization"].removeprefix("Bearer ")


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    need_program("chromium")
    base = tmp_path_factory.getbasetemp()
    # With several workers each has a folder of its own in one that they share.
    shared = base.parent if base.name.startswith("popen-") else base
    given = os.environ.get(GIVEN)
    root = Path(shutil.copytree(given, base / "served")) if given else corner(shared, base / "served")
    with served(root) as url:
        yield Place(url, root)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = chromium(playwright)
        yield started
        started.close()


Seated = Callable[..., Person]


@pytest.fixture
def seat(browser: Browser, place: Place) -> Iterator[Seated]:
    """Seat people at browsers of their own."""
    seated: list[Person] = []

    def sit(**how: Any) -> Person:
        seated.append(person(browser, place.url, **how))
        return seated[-1]

    yield sit
    for one in seated:
        one.context.close()
    assert [complaint for one in seated for complaint in one.complaints] == []
