"""The parts of a briefing's page, as HTML in which every word of the plan is escaped."""

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

from models.allocation.papers.briefing.facts import MET, Brief, amount, cases, hours_text, span
from models.allocation.papers.briefing.markup import cells, grey, head, one, range_bar, section, share_bar, table, two
from models.notices import explained

_FEWEST_AREAS, _MOST_AREAS, _MOST_STRANDS, _MOST_RESOURCES, _MOST_RULES, _MOST_NOTICES = 2, 6, 10, 12, 3, 3
_MOST_TEAMS, _MOST_DAYS, _FEWEST_VISITS, _MOST_VISITS = 3, 7, 4, 20
_STRANDS_SAID, _RESOURCES_SAID = 3, 4
# Lines of visits that fit a page of which nothing else is said, and what each other line takes of them.
_LINES, _OF_A_TITLE, _OF_A_ROW, _OF_AN_AREA, _OF_A_NOTE = 53.5, 3.0, 1.55, 2.87, 1.45
# Longer names take a second line.
_LETTERS = 26
_LEAST_UNMET = 0.05


def figures(brief: Brief) -> str:
    """Return the four numbers of the district."""
    covered, verb = brief.covered, MET[brief.document["objective"]["kind"]]
    share = covered["harm_covered"]
    met = "n/a" if share is None else f"{100 * share:.0f} %"
    told = (
        (hours_text(sum(brief.hours.values())), f"hours of {len(brief.hours)} resources"),
        (amount(covered["expected"]), f"incidents expected; {span(covered['expected_range'])} in 8 of 10 such weeks"),
        (met, f"of the expected harm is {verb} by the plan"),
        (amount(max(covered["expected"] - covered["met"], 0.0)), f"expected incidents are not {verb}"),
    )
    inside = "".join(f"<p><b>{escape(number)}</b>{escape(text)}</p>" for number, text in told)
    return f'<section class="figures">{inside}</section>'


def demand(brief: Brief) -> str:
    """Return expected incidents by strand with their ranges, and what of them is met, as bars."""
    verb = MET[brief.document["objective"]["kind"]]
    strands = sorted(brief.covered["strands"], key=lambda row: (-row["expected"], row["strand"]))[:_MOST_STRANDS]
    most = max([row["expected_range"][1] for row in strands] + [row["expected"] for row in strands] + [1e-9])
    rows = []
    for row in strands:
        low, high = row["expected_range"]
        rows.append(
            cells(
                ("", two(escape(row["strand"]) + ("" if row["weighted"] else " " + grey("unweighted")))),
                ("", range_bar(row["met"] / most, row["expected"] / most, (low / most, high / most))),
                ("n", amount(row["expected"])),
                ("n grey", span(row["expected_range"])),
                ("n", amount(max(row["expected"] - row["met"], 0.0))),
            )
        )
    named = ("", "strand"), ("", ""), ("n", "expected"), ("n", "8 in 10"), ("n", f"not {verb}")
    widths = ("", "16mm", "12mm", "13mm", "15mm")
    return section(
        f"Expected this {brief.document['period']['kind']}", f"dark: {verb}", table(widths, head(*named), rows, "small")
    )


def resources(brief: Brief) -> str:
    """Return hours by resource and shift, those of one owner together: who is asked for what."""
    known = {row["code"]: row for row in brief.document["resources"]}
    order = brief.by_owner()
    names = brief.shift_names
    rows = []
    for code in order[:_MOST_RESOURCES]:
        by_shift = brief.shifts.get(code, {})
        told = [hours_text(by_shift[name]) if by_shift.get(name) else "" for name in names]
        who = two(f"<b>{escape(known[code]['name'])}</b> {grey(escape(known[code]['owner']))}")
        rows.append(cells(("", who), *(("n", text) for text in told), ("n", f"<b>{hours_text(brief.hours[code])}</b>")))
    left = order[_MOST_RESOURCES:]
    if left:
        others = sum(brief.hours[code] for code in left)
        rows.append(cells(("", f"{len(left)} more"), *(("n", "") for _ in names), ("n", hours_text(others))))
    named = ("", "resource, owner"), *(("n", escape(name)) for name in names), ("n", "hours")
    widths = ("", *("9.5mm" for _ in names), "12mm")
    return section("Who is asked", "hours by shift" if names else "", table(widths, head(*named), rows, "small"))


def areas(brief: Brief) -> str:
    """Return the areas with most hours, each with who goes there and why in a line."""
    names = {row["code"]: row["name"] for row in brief.document["resources"]}
    shown = shown_areas(brief)
    most = max([area["quarter_hours"] for area in shown] + [1e-9])
    rows = []
    for area in shown:
        held = sorted(brief.who[area["area_code"]].items(), key=lambda item: (-item[1], item[0]))
        who = ", ".join(f"{names[code]} {hours_text(hours)}" for code, hours in held[:_RESOURCES_SAID])
        more = f" and {len(held) - _RESOURCES_SAID} more" if len(held) > _RESOURCES_SAID else ""
        rows.append(
            cells(
                ("name", one(escape(area["name"]))),
                ("", share_bar(area["quarter_hours"] / most)),
                ("n", f"<b>{hours_text(area['quarter_hours'])}</b>"),
                ("wide", one(escape(who + more)) + f'<span class="one grey">{escape(_why(area))}</span>'),
            )
        )
    told = f"{len(shown)} of {len(brief.areas)} areas"
    named = ("", "area"), ("", ""), ("n", "hours"), ("wide", "who goes, and what the plan relied on")
    return section("Where most hours go", told, table(("36mm", "18mm", "13mm", ""), head(*named), rows))


def shown_areas(brief: Brief) -> list[Mapping[str, Any]]:
    """Return the areas that have a line of their own, as many as leave room for some visits."""
    room = int((_LINES - _taken(brief) - _FEWEST_VISITS) / _OF_AN_AREA)
    return [area for area in brief.areas if area["hours"] > 0][: max(_FEWEST_AREAS, min(room, _MOST_AREAS))]


def _why(area: Mapping[str, Any]) -> str:
    """Return in a line what is expected there and what holds its hours."""
    ranked = sorted((-value, name) for name, value in area["expected"].items() if value > 0)[:_STRANDS_SAID]
    expected = ", ".join(f"{name} {amount(-value)}" for value, name in ranked)
    return f"{area['status']}; expected: {expected or 'nothing'}"


def visits(brief: Brief) -> str:
    """Return the visits of each day, as many as fit; nothing where there are none."""
    days = sorted(brief.visits)
    total = sum(len(brief.visits[day]) for day in days)
    if not total:
        return ""
    if len(days) > _MOST_DAYS:
        told = f"{total:,} visits over {len(days)} days: the lists of a month stand in the plan's workbook."
        return section("Visits", "", f"<p>{told}</p>")
    room = _room(brief)
    columns = []
    for day in days:
        on = date.fromisoformat(day)
        listed = brief.visits[day][:room]
        lines = [_visit(visit, brief) for visit in listed]
        told = f"{len(listed)} of {len(brief.visits[day])}" if len(listed) < len(brief.visits[day]) else ""
        columns.append(f"<div><h3>{on:%a} {on.day} {grey(told)}</h3>{''.join(lines)}</div>")
    minutes = sorted({int(visit["minutes"]) for day in days for visit in brief.visits[day]})
    length = f"{minutes[0]} to {minutes[-1]}" if len(minutes) > 1 else f"{minutes[0]}"
    note = f"{total:,}, of {length} minutes; order and times are drawn by chance; /2 is a shift's second patrol"
    return section("Visits", note, f'<div class="days">{"".join(columns)}</div>', "visits")


def _visit(visit: Mapping[str, Any], brief: Brief) -> str:
    """Return a visit's line; of several patrols at a time all but the first bear their number."""
    number = int(visit.get("patrol") or 1)
    patrol = f" {grey(f'/{number}')}" if number > 1 else ""
    area = brief.names.get(visit["area_code"], visit["area_code"])
    return f"<p><b>{escape(str(visit['time']))}</b>{patrol} {escape(area)}</p>"


def _room(brief: Brief) -> int:
    """Return how many visits of a day fit below what else the page tells."""
    left = int(_LINES - _taken(brief) - _OF_AN_AREA * len(shown_areas(brief)))
    return max(_FEWEST_VISITS, min(left, _MOST_VISITS))


def _taken(brief: Brief) -> float:
    """Return how many lines of visits are taken by the title, strands or resources, and notes."""
    known = {row["code"]: row["name"] for row in brief.document["resources"]}
    strands = [row["strand"] for row in brief.covered["strands"]][:_MOST_STRANDS]
    resources = [known[code] for code in brief.by_owner()][: _MOST_RESOURCES + 1]
    rows = max(sum(1 + (len(name) > _LETTERS) for name in names) for names in (strands, resources))
    title = _OF_A_TITLE if len(brief.title) > _LETTERS else 0.0
    return title + _OF_A_ROW * rows + _OF_A_NOTE * len(_lines(brief))


def notes(brief: Brief) -> str:
    """Return what stays unmet, what rules hold here, strands without a weight, and the run's notices."""
    inside = "".join(f"<li>{one(escape(line))}</li>" for line in _lines(brief))
    return section("To know", "", f'<ul class="notes">{inside}</ul>') if inside else ""


def _lines(brief: Brief) -> list[str]:
    verb = MET[brief.document["objective"]["kind"]]
    unmet = sorted((row["met"] - row["expected"], row["strand"]) for row in brief.covered["strands"])[:_STRANDS_SAID]
    left = ", ".join(f"{strand} {amount(-value)}" for value, strand in unmet if value < -_LEAST_UNMET)
    lines = [f"Expected and not {verb}, most: {left}."] if left else []
    lines += [_rule(rule) for rule in brief.rules[:_MOST_RULES]]
    lines += [
        f"{name}, by caseload and beside the harm: {amount(met)} of {amount(expected)} expected cases met."
        for name, expected, met in cases(brief)[:_MOST_TEAMS]
    ]
    unweighted = [row["strand"] for row in brief.covered["strands"] if not row["weighted"] and row["expected"] > 0]
    if unweighted:
        lines.append(f"Without a harm weight, which is not no harm: {', '.join(unweighted)}.")
    if not brief.document["quarter_hours"]["kept"]:
        lines.append("Quarter hours cannot keep every rule of this plan exactly; the plan itself does.")
    codes = [code for code in brief.document["notices"] if code != "synthetic"]
    lines += [words for _, words in explained(codes)[:_MOST_NOTICES]]
    if len(codes) > _MOST_NOTICES:
        lines.append(f"{len(codes) - _MOST_NOTICES} more notices stand in the plan.")
    return lines


def _rule(rule: Mapping[str, Any]) -> str:
    side, limit = ("most", rule["upper"]) if rule["price"] > 0 else ("least", rule["lower"])
    told = "" if limit is None else f"{100 * limit:.3g} % of {rule['of']}" if rule["unit"] == "share" else ""
    told = told or ("" if limit is None else f"{hours_text(limit)} hours")
    hours = f" of at {side} {told}" if told else ""
    return f"The {rule['kind']}{hours} for {rule['name']} holds; an hour's give is worth {abs(rule['price']):.3g} harm."
