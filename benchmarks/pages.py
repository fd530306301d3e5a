"""The week's page in a browser: time of the server, bytes of a first and a second visit, until usable, another strand.

python -m benchmarks.pages WORKSPACE [--visits N]
    WORKSPACE: one with a champion and its forecast; the visits are recorded in it, so give a copy

Chromium (Debian's) and the service share this machine. Time of the server is that until the first byte of a page, of
visits after the first; usable is the browser's load event, with scripts run; a strand is changed when the new table
stands in the page.
"""

import argparse
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from playwright.sync_api import CDPSession, sync_playwright

from serving.access.caller import Role
from tests.support.browsing import Person, chromium, person
from tests.support.keys import headers_for
from tests.support.serving_process import served

_FIRST_BYTE = (
    "(() => { const n = performance.getEntriesByType('navigation')[0]; return n.responseStart - n.requestStart })()"
)
_USABLE = "performance.getEntriesByType('navigation')[0].loadEventEnd"
_OTHER = """() => new Promise((done) => {
  const field = document.getElementById("strand");
  const began = performance.now();
  const drawn = () => requestAnimationFrame(() => done(performance.now() - began));
  document.addEventListener("swapped", drawn, { once: true });
  field.selectedIndex = (field.selectedIndex + 1) % field.options.length;
  field.dispatchEvent(new Event("change", { bubbles: true }));
})"""


class Bytes:
    """What a browser received, compressed as it came."""

    def __init__(self, session: CDPSession) -> None:
        self.count = 0
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._finished)

    def _finished(self, told: dict[str, Any]) -> None:
        self.count += int(told["encodedDataLength"])

    def taken(self) -> int:
        """Return what came since this was asked last."""
        count, self.count = self.count, 0
        return count


def week(visitor: Person) -> None:
    """Open the week's page and await its end."""
    visitor.opens("/week")
    visitor.page.wait_for_load_state("networkidle")


def measured(visitor: Person, visits: int) -> dict[str, Any]:
    """Return the figures of some visits, of which the first finds nothing kept."""
    received = Bytes(visitor.context.new_cdp_session(visitor.page))
    week(visitor)
    first, usable_first = received.taken(), visitor.page.evaluate(_USABLE)
    server, usable, again = [], [], []
    for _ in range(visits):
        week(visitor)
        again.append(received.taken())
        server.append(visitor.page.evaluate(_FIRST_BYTE))
        usable.append(visitor.page.evaluate(_USABLE))
    changes = [visitor.page.evaluate(_OTHER) for _ in range(visits)]
    return {
        "rows": visitor.page.locator("#areas tbody tr").count(),
        "server": server,
        "first": first,
        "again": max(again),
        "usable_first": usable_first,
        "usable": usable,
        "changes": changes,
    }


def told(found: dict[str, Any]) -> None:
    """Print the figures beside what is asked."""

    def spread(values: list[float]) -> str:
        return f"{np.median(values):.0f} ms at the median, {max(values):.0f} at worst"

    print(f"{found['rows']:,} rows in the table")
    print(f"server (asked: under 150 ms): {spread(found['server'])}")
    print(f"first visit (asked: under 1,000 kB): {found['first'] / 1000:,.0f} kB")
    print(f"after it (asked: under 150 kB): {found['again'] / 1000:,.0f} kB")
    print(f"usable, first visit (asked: under 2,000 ms): {found['usable_first']:.0f} ms")
    print(f"usable, after it: {spread(found['usable'])}")
    print(f"another strand (asked: under 300 ms): {spread(found['changes'])}")


def main() -> None:
    """Serve the workspace and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--visits", type=int, default=10)
    asked = parser.parse_args()
    key = headers_for(asked.workspace, Role.PLANNER, name="benchmark")["Authorization"].removeprefix("Bearer ")
    with served(asked.workspace) as url, sync_playwright() as playwright:
        browser = chromium(playwright)
        # The first page of a process loads what later ones find loaded; it is looked at by somebody else.
        began = perf_counter()
        before = person(browser, url)
        before.signs_in(key)
        print(f"first page of a fresh process, with signing in: {perf_counter() - began:.1f} s")
        visitor = person(browser, url)
        visitor.context.add_cookies([dict(one) for one in before.context.cookies()])  # type: ignore[misc]
        told(measured(visitor, asked.visits))
        browser.close()


if __name__ == "__main__":
    main()
