"""Every page that there is, in both themes and three widths: readable by all, within its window, quiet, our own."""

import re
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError

from serving.access.caller import Role
from serving.service import POLICIES
from tests.browser.conftest import Place
from tests.support.browsing import ARTEFACTS, WIDTHS, Person, Theme, person

# What is no page to read, or is there only once somebody has made something: a plan, a question, a job.
NO_PAGES = re.compile(r"^/static/|^/sign-in/|^/home$|/jobs/")
ROLES = (Role.PLANNER, Role.AUDITOR, Role.DATA_SCIENTIST, Role.PARTNER, Role.PUBLIC)


def template_of(address: str) -> str | None:
    """Return which page an address is of; None if it is none to read."""
    path = urlsplit(address).path
    policy = POLICIES.find("GET", path)
    return policy.template if policy and policy.page and not NO_PAGES.search(path) else None


@dataclass
class Seen:
    """What was seen of all pages in one theme.

    Attributes:
        pages: Page -> the address under which it was looked at.
        faults: What axe-core found.
        wide: Pages that are wider than a window of 360 pixels.
        complaints: Of the browser.
        broken: Addresses that did not answer 200.
    """

    pages: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def look(self, visitor: Person, role: Role, theme: Theme, compared: str) -> None:
        """Follow the links from where somebody begins, to each page that was not seen yet."""
        awaiting = deque([urlsplit(visitor.page.url).path, "/sign-in", compared])
        while awaiting:
            address = awaiting.popleft()
            page = template_of(address)
            if page is None or page in self.pages:
                continue
            # Help tells of all places, also of those that only others may go to.
            policy = POLICIES.find("GET", urlsplit(address).path)
            if policy and role not in policy.roles:
                continue
            try:
                answer = visitor.page.goto(visitor.url + address)
            except PlaywrightError as error:
                if "Download is starting" not in str(error):
                    raise
                self.pages[page] = address
                continue
            own = urlsplit(visitor.page.url).path
            if not answer or not answer.ok:
                self.broken.append(f"{address} as {role}: {answer.status if answer else answer}")
            self.pages[page] = address
            self._judge(visitor, f"{re.sub('[^a-z]+', '-', page).strip('-')}-{theme}")
            links = visitor.page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
            awaiting += [urljoin(own, link) for link in links if not link.startswith("#")]

    def _judge(self, visitor: Person, name: str) -> None:
        self.faults += visitor.faults()
        for width in WIDTHS:
            visitor.page.set_viewport_size({"width": width, "height": 900})
            visitor.photographs(name)
            if width == min(WIDTHS):
                self.faults += [f"at {width} px: {fault}" for fault in visitor.faults()]
                if over := visitor.overflows():
                    self.wide.append(f"{visitor.page.url}: {over} px")


def something_of_each(place: Place) -> str:
    """Let there be plans and a question, so that their pages are linked; return where two plans are compared."""
    headers = {"Authorization": f"Bearer {place.key(Role.PLANNER, name='Pat')}", "Prefer": "wait=60"}
    with httpx.Client(base_url=place.url, headers=headers, timeout=90) as client:
        plans = [client.post("/v1/plans", json=asked).raise_for_status().json() for asked in ({}, {"horizon": 2})]
        client.post("/v1/questions", json={"text": "Why so many?"}).raise_for_status()
    return "/plans/compare?first={}&second={}".format(*(plan["plan_id"] for plan in plans))


@pytest.fixture(scope="module", params=["light", "dark"])
def seen(request: pytest.FixtureRequest, browser: Browser, place: Place) -> Seen:
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    found = Seen()
    compared = something_of_each(place)
    for role in ROLES:
        visitor = person(browser, place.url, theme=request.param)
        visitor.signs_in(place.key(role, name=f"Vi {role}"))
        found.look(visitor, role, request.param, compared)
        found.complaints += visitor.complaints
        visitor.context.close()
    return found


def test_axe_finds_nothing_that_keeps_anybody_out(seen: Seen) -> None:
    assert seen.faults == []


def test_no_page_is_wider_than_a_small_telephone(seen: Seen) -> None:
    assert seen.wide == []


def test_no_script_fails_and_no_other_host_is_asked(seen: Seen) -> None:
    assert seen.complaints == []


def test_every_link_leads_somewhere(seen: Seen) -> None:
    assert seen.broken == []


def test_every_place_is_reached_by_links(seen: Seen) -> None:
    # Pages of one thing, such as a drift report, are there once it has been made.
    there = {one.template for one in POLICIES.all if one.page and one.method == "GET" and "{" not in one.template}
    assert sorted(page for page in there - set(seen.pages) if not NO_PAGES.search(page)) == []
