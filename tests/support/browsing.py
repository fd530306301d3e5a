"""People at a browser: what they see, click and press, and what their browser complains of."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request

from tests.support.repository import REPOSITORY
from tests.support.shared_data import need_program

ARTEFACTS = REPOSITORY / "artefacts" / "browser"
WIDTHS = (360, 768, 1440)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
MOST_TABS = 400
LONGEST_MILLISECONDS = 20_000
_TOUR_SEEN = 'localStorage.setItem("strandcast-tour", "1")'
_FOCUS_SEEN = """() => { const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" || style.boxShadow !== "none"; }"""

Theme = Literal["light", "dark"]


def chromium(playwright: Playwright) -> Browser:
    """Start the system's Chromium, or skip where there is none."""
    return playwright.chromium.launch(executable_path=need_program("chromium"), args=FLAGS)


@dataclass
class Person:
    """Somebody at a browser.

    Attributes:
        url: Where the service is.
        mouse: Whether they have one; otherwise they do everything by keyboard.
        script: Whether their browser runs any.
        page: What they look at.
        clicks: How often they clicked; a choice from a list is two clicks.
        complaints: What the browser complained of: errors of scripts, of the console, and requests to other hosts.
    """

    url: str
    context: BrowserContext
    mouse: bool = True
    script: bool = True
    page: Page = field(init=False)
    clicks: int = 0
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen to what the browser says."""
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("console", lambda said: self._heard(said.type, said.text))
        self.context.on("request", self._asked)

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{self.page.url}: {text}")

    def _asked(self, request: Request) -> None:
        own = urlsplit(self.url).netloc
        if not request.url.startswith(("data:", "blob:")) and urlsplit(request.url).netloc != own:
            self.complaints.append(f"{self.page.url}: asked another host, {request.url}")

    def opens(self, address: str) -> None:
        """Type an address of the service."""
        self.page.goto(self.url + address)

    def signs_in(self, key: str) -> None:
        """Sign in with a key."""
        self.opens("/sign-in")
        self.writes("#key", key)
        self.does("main form button")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def does(self, what: str) -> None:
        """Follow a link or press a button: by a click, or by Enter where there is no mouse."""
        if self.mouse:
            self.page.click(what)
            self.clicks += 1
        else:
            self.tabs_to(what)
            self.page.keyboard.press("Enter")

    def writes(self, what: str, text: str) -> None:
        """Write into a field, in the place of what is there."""
        if self.mouse:
            self.page.click(what)
            self.clicks += 1
        else:
            self.tabs_to(what)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def chooses(self, what: str, words: str) -> None:
        """Choose from a list: two clicks, or the first letters of what is chosen."""
        if self.mouse:
            self.page.select_option(what, label=words)
            self.clicks += 2
        else:
            self.tabs_to(what)
            self.page.keyboard.type(words)

    def takes(self, what: str) -> bytes:
        """Take a file away and return what is in it."""
        with self.page.expect_download() as taken:
            self.does(what)
        return Path(taken.value.path()).read_bytes()

    def tabs_to(self, what: str) -> None:
        """Press the tabulator until something has the focus, and see that the focus shows."""
        wanted = self.page.locator(what).first
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if wanted.evaluate("one => one === document.activeElement"):
                assert self.page.evaluate(_FOCUS_SEEN), f"the focus of {what} cannot be seen"
                return
        message = f"{what} is not reached by {MOST_TABS} tabs on {self.page.url}"
        raise AssertionError(message)

    def faults(self) -> list[str]:
        """Return what axe-core finds wrong with the page, one line an element."""
        options: dict[str, Any] = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
        found = Axe().run(self.page, options=options).response["violations"]
        place = urlsplit(self.page.url)._replace(scheme="", netloc="").geturl()
        return [
            f"{place}: {one['id']} at {' '.join(map(str, node['target']))}: {_told(node)}"
            for one in found
            for node in one["nodes"]
        ]

    def overflows(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        wider: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return wider

    def photographs(self, name: str) -> Path:
        """Keep a picture of the whole page."""
        width = self.page.viewport_size["width"] if self.page.viewport_size else 0
        path = ARTEFACTS / f"{name}-{width}.png"
        self.page.screenshot(path=path, full_page=True)
        return path


def _told(node: dict[str, Any]) -> str:
    said = [one["message"] for kind in ("any", "all", "none") for one in node[kind]]
    return f"{node['html'][:120]} ({'; '.join(said)[:300]})"


def person(
    browser: Browser,
    url: str,
    *,
    theme: Theme = "light",
    script: bool = True,
    mouse: bool = True,
    tour: bool = False,
) -> Person:
    """Return somebody at a browser of their own, who has seen the tour unless it is asked for."""
    context = browser.new_context(
        viewport={"width": max(WIDTHS), "height": 900}, color_scheme=theme, java_script_enabled=script, locale="en-GB"
    )
    if not tour:
        context.add_init_script(_TOUR_SEEN)
    context.set_default_timeout(LONGEST_MILLISECONDS)
    return Person(url, context, mouse, script)
