"""The weekly report: what a planner begins the week with, in plain English."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from features.completeness.overview import FeedCompleteness
from models.allocation.papers.picture import draw_plan
from models.completeness_picture import draw_completeness
from models.monitoring.report import monitoring_blocks
from models.notices import explained
from models.reports.page import Block, Grid, Heading, Page, Picture, Text
from models.runs import ForecastRun
from models.weekly.outlook import Outlook
from models.weekly.picture import draw_outlook

_MOST_AREAS = 25
SYNTHETIC = "SYNTHETIC"


@dataclass(frozen=True)
class Delivered:
    """What came in of one feed since the run before.

    Attributes:
        feed: The feed.
        files: Files taken in.
        accepted: Rows that count.
        quarantined: Rows refused.
        last_day: Last day that the feed covers now; None where it covers none.
    """

    feed: str
    files: int
    accepted: int
    quarantined: int
    last_day: date | None


@dataclass(frozen=True)
class Material:
    """Everything that a report is made of; what could not be made is None.

    Attributes:
        name: Of the deployment.
        marks: What stands with everything shown.
        run: The forecast.
        outlook: What is expected.
        monitoring: The monitoring's document.
        acted: Sentences on the suspension.
        plan: The draft plan's document.
        no_plan: Why there is none.
        delivered: What came in.
        in_quarantine: Feed to rows still open.
        feeds: Completeness of each feed.
        problems: What went wrong, in sentences.
        stale: Sentence on how old the newest knowledge is, "" where it is fresh.
    """

    name: str
    marks: tuple[str, ...]
    run: ForecastRun | None
    outlook: Outlook | None
    monitoring: dict[str, Any] | None
    acted: tuple[str, ...]
    plan: dict[str, Any] | None
    no_plan: str
    delivered: tuple[Delivered, ...]
    in_quarantine: dict[str, int]
    feeds: tuple[FeedCompleteness, ...]
    problems: tuple[str, ...]
    stale: str


def weekly_page(found: Material) -> Page:
    """Return the report."""
    kind = found.outlook.kind if found.outlook else "week"
    start = f" beginning {found.outlook.start:%A %-d %B %Y}" if found.outlook else ""
    marks = [*(mark for mark in found.marks if SYNTHETIC in mark), *([found.stale] if found.stale else [])]
    if found.plan:
        marks.append("DRAFT: the plan below is a proposal that nobody has decided on.")
    suspended = [line for line in found.acted if "suspended for" in line]
    blocks: list[Block] = [
        *(Text(line) for line in suspended),
        *_problems(found.problems),
        *_expected(found),
        *_changed(found),
        *_plan(found),
        *_notices(found),
        *_monitoring(found),
        *_feeds(found),
    ]
    return Page(f"{found.name}: the {kind}{start}", tuple(marks), tuple(blocks), tuple(_footer(found)))


def _problems(problems: Sequence[str]) -> list[Block]:
    if not problems:
        return []
    return [Heading("What went wrong"), *(Text(line) for line in problems)]


def _expected(found: Material) -> list[Block]:
    told = found.outlook
    if told is None:
        return [Heading("Expected"), Text("There is no forecast: see above.")]
    rows = tuple(
        (item.strand, f"{item.expected:,.1f}", f"{item.low:,.0f}-{item.high:,.0f}", item.fallback or "the model")
        for item in told.strands
    )
    columns = ("strand", "expected", "8 in 10 times", "forecast by")
    blocks: list[Block] = [
        Heading(f"Expected in the {told.kind} from {told.start}"),
        Text("Recorded incidents in all areas together; in 8 of 10 such forecasts what is recorded lies in the range."),
        Grid(columns, rows, columns[1:3]),
        Picture(draw_outlook(told, found.marks), "recorded weeks of each strand and the range that is expected next"),
    ]
    if told.districts:
        by_district = tuple(
            (name, f"{mean:,.1f}", f"{low:,.0f}-{high:,.0f}") for name, (mean, low, high) in told.districts.items()
        )
        headers = ("district", "expected", "8 in 10 times")
        blocks += [Text("All strands together, by district:"), Grid(headers, by_district, headers[1:])]
    return blocks


def _changed(found: Material) -> list[Block]:
    told = found.outlook
    if told is None:
        return []
    if not told.before:
        return [Heading("What has changed"), Text("There is no earlier forecast to compare with.")]

    def number(value: float | None) -> str:
        return "" if value is None else f"{value:,.1f}"

    rows = []
    for item in told.strands:
        if item.expected_before is None and item.last_forecast is None:
            continue
        moved = "" if not item.expected_before else f"{item.expected / item.expected_before - 1:+.0%}"
        share = "" if item.last_share is None else f"{item.last_share:.0%}"
        last = (number(item.last_forecast), number(item.last_recorded), share)
        rows.append((item.strand, *last, number(item.expected_before), number(item.expected), moved))
    columns = (
        "strand",
        f"{told.last_start}: forecast",
        "recorded",
        "in",
        f"{told.start}: forecast before",
        "forecast now",
        "moved",
    )
    why = "Where not all records are in yet, recorded is corrected for the rest; 'in' is the share that usually is."
    return [
        Heading("What has changed"),
        Text(f"Against the forecast before, {told.before}."),
        Grid(columns, tuple(rows), columns[1:]),
        Text(why, small=True),
    ]


def _plan(found: Material) -> list[Block]:
    if found.plan is None:
        return [Heading("Draft plan"), Text(found.no_plan)]
    document = found.plan
    areas = sorted(document["areas"], key=lambda area: (-area["hours"], area["area_code"]))
    columns = ("area", "hours", "expected", "met", "what holds it")
    rows = tuple(
        (
            area["name"] + (f", {area['district']}" if area["district"] else ""),
            f"{area['hours']:,.1f}",
            f"{sum(area['expected'].values()):,.1f}",
            f"{sum(area['met'].values()):,.1f}",
            area["status"],
        )
        for area in areas[:_MOST_AREAS]
    )
    shown = "All areas:" if len(rows) == len(areas) else f"The {len(rows)} of {len(areas)} areas with most hours:"
    picture = _drawn(lambda path: draw_plan(document, path))
    decide = f"strandcast plans issue {document['plan_id']} --by NAME, or plans edit, or plans reject"
    return [
        Heading(f"Draft plan for {document['period']['text']}"),
        *(Text(line) for line in document["sentences"]),
        *_hours(document),
        Picture(picture, "hours of the areas with most, beside what is expected there"),
        Text(shown),
        Grid(columns, rows, columns[1:4]),
        Text(f"Harm weights: {document['objective']['weight_source']}", small=True),
        Text(
            "The hours of every area are in the table beside this report, named plan-DRAFT.csv at the end.", small=True
        ),
        Text(f"To decide on it: {decide}.", small=True),
    ]


def _hours(document: Mapping[str, Any]) -> list[Block]:
    """Return the hours by resource, and by district where areas have one."""
    resources = tuple(
        (item["name"], item["owner"], f"{item['placed']:,.1f}", f"{item['unplaced']:,.1f}")
        for item in document["resources"]
    )
    columns = ("resource", "owner", "hours placed", "left over")
    blocks: list[Block] = [Grid(columns, resources, columns[2:])]
    hours: dict[str, float] = {}
    for area in document["areas"]:
        hours[area["district"]] = hours.get(area["district"], 0.0) + area["hours"]
    if any(hours):
        by_district = tuple((name, f"{total:,.1f}") for name, total in sorted(hours.items()))
        blocks.append(Grid(("district", "hours"), by_district, ("hours",)))
    return blocks


def _notices(found: Material) -> list[Block]:
    codes = list(found.run.meta["notices"]) if found.run else []
    if not codes:
        return []
    return [Heading("What to bear in mind"), Grid(("notice", "meaning"), tuple(explained(codes)))]


def _monitoring(found: Material) -> list[Block]:
    if found.monitoring is None:
        return [Heading("The model"), Text("It was not looked at: see above.")]
    rest = [Text(line) for line in found.acted if "suspended for" not in line]
    return [Heading("The model"), *monitoring_blocks(found.monitoring), *rest]


def _feeds(found: Material) -> list[Block]:
    rows = tuple(
        (
            item.feed,
            str(item.files),
            f"{item.accepted:,}",
            f"{item.quarantined:,}",
            f"{found.in_quarantine.get(item.feed, 0):,}",
            str(item.last_day or "no day"),
        )
        for item in found.delivered
    )
    columns = ("feed", "new files", "rows accepted", "refused", "still in quarantine", "covers to")
    blocks: list[Block] = [
        Heading("What came in"),
        Text("Since the forecast before. Refused rows are kept with their rule: strandcast quarantine list."),
        Grid(columns, rows, columns[1:5]),
    ]
    if any(feed.newest for feed in found.feeds):
        footer = " ".join(found.marks)
        picture = _drawn(lambda path: draw_completeness(found.feeds, path, footer))
        blocks.append(Picture(picture, "how late records come in by feed, and the newest weeks corrected for it"))
    return blocks


def _footer(found: Material) -> list[str]:
    lines = ["Recorded demand in areas, never a statement about a person."]
    lines += [mark for mark in found.marks if SYNTHETIC not in mark]
    if found.run:
        meta = found.run.meta
        known = f"by {meta['model_version']} from what was known at {meta['as_of']}"
        lines.append(f"Forecast {found.run.run_id} {known}; recorded as {found.run.audit_id}.")
    if found.plan:
        lines.append(f"Draft plan {found.plan['plan_id']}, recorded as {found.plan['audit_id']}.")
    return lines


def _drawn(draw: Any) -> bytes:
    """Return as bytes what a picture's function writes to a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        draw(path)
        return path.read_bytes()
