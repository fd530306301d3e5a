"""Plain words on a plan and its areas, where nothing fuller is handed in: of the plan and its rules alone."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from models.allocation.papers.holding import AT_LIMIT, prices_of
from models.allocation.posed import Planned

_HELD = {"floor": "at a floor", "cap": "capped", "lock": "locked", "change": "held by a change cap"}
_MET = {"reached": "reached", "prevented": "prevented", "caseload": "met"}


def hours_text(hours: float) -> str:
    """Return hours as people read them: 4 hours, 17.2 hours."""
    text = f"{hours:,.1f}".removesuffix(".0")
    return "1 hour" if text == "1" else f"{text} hours"


def area_words(planned: Planned) -> dict[str, dict[str, Any]]:
    """Return status and reason of each area by its code: which rule of its own holds it, else none."""
    problem, plan = planned.plan.problem, planned.plan
    held: dict[int, tuple[str, str]] = {}
    for rules, prices in zip(problem.rules, prices_of(plan), strict=True):
        for row in np.flatnonzero(prices != 0).tolist() if rules.kind in _HELD else ():
            posts = rules.matrix.indices[rules.matrix.indptr[row] : rules.matrix.indptr[row + 1]]
            areas = set(problem.posts.area[posts].tolist())
            if len(areas) == 1:
                held.setdefault(areas.pop(), (_HELD[rules.kind], rules.names[row]))
    told = {}
    for at, (code, hours) in enumerate(zip(problem.area_codes, plan.by_area().tolist(), strict=True)):
        status, name = held.get(at, ("no rule holds it" if hours > AT_LIMIT else "no hours", ""))
        rule = f": {name}" if name else ""
        told[code] = {"status": status, "reason": f"The plan gives {hours_text(hours)}; {status}{rule}."}
    return told


def plan_sentences(document: Mapping[str, Any]) -> list[str]:
    """Return sentences on the whole plan: what it places, what it meets and what stays unmet."""
    totals, objective = document["totals"], document["objective"]
    placed = sum(row["placed"] for row in document["resources"])
    unplaced = sum(row["unplaced"] for row in document["resources"])
    verb = _MET[objective["kind"]]
    share = f" ({100 * totals['coverage']:.1f} %)" if totals["coverage"] is not None else ""
    sum_of_harm = f"{totals['harm_reached']:,.1f} of {totals['expected_harm']:,.1f} expected{share}"
    sentences = [
        f"The plan places {hours_text(placed)} over {totals['areas']:,} areas; harm {verb} is {sum_of_harm}.",
    ]
    if unplaced > AT_LIMIT:
        sentences.append(f"{hours_text(unplaced)} stay unplaced.")
    if document["unweighted"]:
        names = ", ".join(row["strand"] for row in document["unweighted"])
        sentences.append(f"Without a harm weight, which is not no harm: {names}.")
    return sentences
