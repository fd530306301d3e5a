"""Whole journeys of planners, auditors, data scientists, partners: by mouse, by keyboard alone, and without script."""

import json
import re
from typing import Any

import pytest

from serving.access.caller import Role
from tests.browser.conftest import Place, Seated
from tests.support.browsing import Person

MOST_CLICKS_TO_SUBMIT = 10
MOST_CLICKS_TO_ISSUE = 6
A_PLAN = re.compile(r"/plans/\d{4}-\d{2}-\d{2}-[0-9a-f]+$")
WAYS: dict[str, dict[str, Any]] = {
    "mouse": {},
    "keyboard": {"mouse": False},
    "without script": {"script": False},
}

each_way = pytest.mark.parametrize("way", WAYS)


def until(person: Person, pattern: re.Pattern[str]) -> None:
    """Await a page that a job leads to; without script one looks again by hand."""
    if person.script:
        person.page.wait_for_url(pattern)
    while not pattern.search(person.page.url):
        person.does("text=Look again")


def submitted(planner: Person, hours: str) -> str:
    """Make a plan from the week's page and return its address."""
    planner.does("nav >> text=Plans")
    planner.does("#new-plan")
    planner.writes("#order input.hours", hours)
    planner.does("#submit-plan")
    until(planner, A_PLAN)
    return planner.page.url.removeprefix(planner.url)


@each_way
def test_a_planner_submits_a_plan_and_a_second_person_puts_it_in_force(place: Place, seat: Seated, way: str) -> None:
    planner = seat(**WAYS[way])
    planner.signs_in(place.key(Role.PLANNER, name=f"Pia {way}"))
    assert planner.page.locator("h1").inner_text() == "What to expect"
    address = submitted(planner, str(40 + list(WAYS).index(way)))
    assert planner.clicks <= MOST_CLICKS_TO_SUBMIT
    assert "Draft" in planner.page.inner_text("main")

    second = seat(**WAYS[way])
    second.signs_in(place.key(Role.PLANNER, name=f"Sam {way}"))
    second.does("nav >> text=Plans")
    second.does(f'#plans a[href="{address}"]')
    second.does("#issue")
    second.page.get_by_text("In force.", exact=True).wait_for()
    assert second.clicks <= MOST_CLICKS_TO_ISSUE
    table = second.takes("#export").decode("utf-8-sig")
    assert "area_code" in table.partition("\n")[0]
    second.does("#briefing")
    second.page.wait_for_url("**/briefing")
    assert "Briefing" in second.page.locator("h1").inner_text()


def test_whoever_made_a_plan_reads_that_a_second_person_has_to_issue_it(place: Place, seat: Seated) -> None:
    planner = seat()
    planner.signs_in(place.key(Role.PLANNER, name="Pia alone"))
    submitted(planner, "50")
    planner.does("#issue")
    summary = planner.page.locator(".faults")
    summary.wait_for()
    assert summary.evaluate("one => one === document.activeElement")
    assert planner.faults() == []
    # The browser itself tells of an answer that is no success.
    planner.complaints = [one for one in planner.complaints if "Failed to load resource" not in one]


@each_way
def test_a_strand_is_chosen_and_the_table_sorted(place: Place, seat: Seated, way: str) -> None:
    planner = seat(**WAYS[way])
    planner.signs_in(place.key(Role.PLANNER, name=f"Pia {way}"))
    planner.chooses("#strand", "Burglary")
    if not planner.script:
        planner.does("#show")
    planner.page.wait_for_url("**strand=Burglary**")
    planner.page.get_by_role("heading", name="Burglary, from").wait_for()
    planner.does("#sort-area")
    planner.page.wait_for_url("**sort=area**")
    names = planner.page.locator("#areas tbody th").all_inner_texts()
    assert names == sorted(names)


@each_way
def test_an_auditor_finds_an_event_replays_it_and_takes_proof_and_export_away(
    place: Place, seat: Seated, way: str
) -> None:
    watched = seat()
    watched.signs_in(place.key(Role.PLANNER, name=f"Wim {way}"))
    auditor = seat(**WAYS[way])
    auditor.signs_in(place.key(Role.AUDITOR, name=f"Ada {way}"))
    auditor.does("nav >> text=Record")
    auditor.writes("#actor", f"Wim {way}")
    auditor.does("#search-button")
    auditor.page.wait_for_url("**actor=Wim**")
    rows = auditor.page.locator("#found tbody tr")
    assert {f"Wim {way}" in row for row in rows.all_inner_texts()} == {True}
    auditor.does("#found tbody tr:has-text('forecast/') th a")
    auditor.page.wait_for_url(re.compile(r"/record/\d{8}-[0-9a-f]{8}$"))
    proof = json.loads(auditor.takes("#proof"))
    assert proof
    auditor.does("#replay")
    until(auditor, re.compile(r"/record/replays/"))
    assert "the same" in auditor.page.inner_text("main").lower()
    auditor.does("nav >> text=Record")
    auditor.does("nav.contents >> text=Exports")
    auditor.does("#export")
    auditor.page.locator("#download").wait_for()
    assert auditor.takes("#download")


@each_way
def test_a_data_scientist_challenges_what_an_area_says_and_is_answered(place: Place, seat: Seated, way: str) -> None:
    scientist = seat(**WAYS[way])
    scientist.signs_in(place.key(Role.DATA_SCIENTIST, name=f"Dee {way}"))
    scientist.does("#areas tbody th a")
    scientist.page.wait_for_url("**/areas/**")
    scientist.does("#challenge")
    scientist.page.wait_for_url("**/questions/new**")
    scientist.does("#send")
    scientist.page.locator(".faults").wait_for()
    scientist.complaints = [one for one in scientist.complaints if "Failed to load resource" not in one]
    scientist.writes("#text", f"Why so many? ({way})")
    scientist.does("#send")
    scientist.page.wait_for_url(re.compile(r"/questions/[^/]*\d[^/]*$"))
    assert f"({way})" in scientist.page.inner_text("#asked")

    planner = seat(**WAYS[way])
    planner.signs_in(place.key(Role.PLANNER, name=f"Pia {way}"))
    planner.does("nav >> text=Questions")
    planner.does(f"main a[href='{scientist.page.url.removeprefix(scientist.url)}']")
    planner.writes("#text", "A party was recorded as thirty calls.")
    planner.does("#send")
    planner.page.get_by_text("This answer closed the question").wait_for()


def test_a_partner_asks_and_sees_neither_plans_nor_the_record(place: Place, seat: Seated) -> None:
    partner = seat()
    partner.signs_in(place.key(Role.PARTNER, name="Council"))
    offered = partner.page.locator("header nav a").all_inner_texts()
    assert not {"Plans", "Record", "Models"} & set(offered)
    partner.does("nav >> text=Questions")
    partner.page.wait_for_url("**/questions")
    partner.does("nav >> text=Public summary")
    assert "What is recorded" in partner.page.locator("h1").inner_text()


def test_the_tour_is_offered_once_and_leaves_the_focus_on_the_page(place: Place, seat: Seated) -> None:
    planner = seat(tour=True)
    planner.signs_in(place.key(Role.PLANNER, name="Nell New"))
    box = planner.page.locator(".tour")
    box.wait_for()
    assert planner.faults() == []
    planner.does(".tour >> text=Not now")
    assert box.count() == 0
    planner.opens("/week")
    assert planner.page.locator(".tour").count() == 0
