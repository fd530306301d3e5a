"""What a briefing tells of one district, picked from the plan's document."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

NO_DISTRICT = "Areas without a district"
EVERYWHERE = "All areas"
# In quarters; what is nearer than this to one is one.
_A_QUARTER_IS_MISSED = 0.01
_QUARTERS = ("", "¼", "½", "¾")
MET = {"reached": "reached", "prevented": "prevented"}


@dataclass(frozen=True)
class Brief:
    """One district of a plan.

    Attributes:
        document: The plan's document.
        district: Its name in the document, "" for areas of which none is known.
        covered: Its row of the document's coverage.
        areas: Its areas, those with most hours first.
        hours: Code of each resource that has hours here to them, in quarter hours.
        who: Area code to the same of that area.
        shifts: Code of a resource to hours by shift, over all days.
        visits: Day to the visits of that day, in the order of their times.
        names: Area code to name.
        rules: Rules that hold something here and are named after it or its areas.
    """

    document: Mapping[str, Any]
    district: str
    covered: Mapping[str, Any]
    areas: Sequence[Mapping[str, Any]]
    hours: Mapping[str, float]
    who: Mapping[str, Mapping[str, float]]
    shifts: Mapping[str, Mapping[str, float]]
    visits: Mapping[str, Sequence[Mapping[str, Any]]]
    names: Mapping[str, str]
    rules: Sequence[Mapping[str, Any]]

    @property
    def title(self) -> str:
        """What the district is called on its page."""
        if self.district:
            return self.district
        return NO_DISTRICT if len(self.document["coverage"]["districts"]) > 1 else EVERYWHERE

    def by_owner(self) -> list[str]:
        """Return the codes of resources with hours here: those of one owner together, whoever has most first."""
        owner = {row["code"]: row["owner"] for row in self.document["resources"]}
        total: dict[str, float] = defaultdict(float)
        for code, hours in self.hours.items():
            total[owner[code]] += hours
        return sorted(self.hours, key=lambda code: (-total[owner[code]], owner[code], -self.hours[code], code))

    @property
    def shift_names(self) -> tuple[str, ...]:
        """Shifts in their order."""
        return tuple(str(shift["shift"]) for shift in (self.document["layout"] or {}).get("shifts", ()))


def briefs(document: Mapping[str, Any]) -> list[Brief]:
    """Return what there is to tell of each district, in the order of their names."""
    areas: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for area in document["areas"]:
        areas[area["district"]].append(area)
    hours: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    who: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for post in document["posts"]:
        if post["quarter_hours"] > 0:
            hours[post["district"]][post["resource"]] += post["quarter_hours"]
            who[post["area_code"]][post["resource"]] += post["quarter_hours"]
    shifts: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(float)))
    for row in document["roster"]:
        shifts[row["district"]][row["resource"]][row["shift"]] += row["hours"]
    visits: dict[str, dict[str, list[Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for visit in document["visits"]:
        visits[visit["district"]][visit["day"]].append(visit)
    found = []
    for covered in document["coverage"]["districts"]:
        name = covered["district"]
        found.append(
            Brief(
                document,
                name,
                covered,
                sorted(areas[name], key=lambda area: (-area["quarter_hours"], -area["hours"], area["area_code"])),
                dict(hours[name]),
                who,
                shifts[name],
                visits[name],
                {area["area_code"]: area["name"] for area in areas[name]},
                _rules(document, name, areas[name]),
            )
        )
    return found


def _rules(document: Mapping[str, Any], district: str, areas: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the rules that cost something and bear the name of the district or of one of its areas, dearest first."""
    own = {district, *(area["area_code"] for area in areas), *(area["name"] for area in areas)} - {""}
    held = [
        rule
        for rule in document["rules"]
        if rule["price"] != 0 and (rule["name"] in own or own & set(rule["name"].split(": ")))
    ]
    return sorted(held, key=lambda rule: (-abs(rule["price"]), rule["kind"], rule["name"]))


def cases(brief: Brief) -> list[tuple[str, float, float]]:
    """Return the name of each team placed by caseload that has cases here, with expected cases and those met."""
    found = []
    for team in brief.document["caseloads"]:
        own = [cell for cell in team["cells"] if cell["area_code"] in brief.names]
        expected, met = (float(sum(cell[key] for cell in own)) for key in ("expected", "met"))
        if expected > 0:
            found.append((str(team["name"]), expected, met))
    return found


def amount(value: float) -> str:
    """Return a number of incidents as people read it."""
    return f"{value:,.0f}" if value >= 20 else f"{value:.1f}"


def span(ends: Sequence[float]) -> str:
    """Return a range of counts."""
    return f"{ends[0]:,.0f}–{ends[1]:,.0f}"


def hours_text(hours: float) -> str:
    """Return hours as people read them: 4, 17¼, 1,200; other parts of an hour as decimals."""
    whole, part = divmod(round(hours * 4), 4)
    if abs(hours * 4 - round(hours * 4)) > _A_QUARTER_IS_MISSED:
        return f"{hours:,.1f}"
    return f"{whole:,}{_QUARTERS[part]}" if whole or not part else _QUARTERS[part]


def period_text(document: Mapping[str, Any]) -> str:
    """Return the period in words: "Monday 2 to Sunday 8 March 2026"."""
    start, end = (date.fromisoformat(document["period"][key]) for key in ("start", "end"))
    if document["period"]["kind"] == "month":
        return f"{start:%B %Y}"
    first = f"{start:%A} {start.day}"
    if start.year != end.year:
        first += f" {start:%B %Y}"
    elif start.month != end.month:
        first += f" {start:%B}"
    return f"{first} to {end:%A} {end.day} {end:%B %Y}"
