"""The model card: what a model is for, what it rests on and how good it is, written from its manifest."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from models.champions import Act

PURPOSE = """\
It forecasts how many incidents will be **recorded** in each area and strand in the coming periods, so that patrol hours
and specialist teams can be planned. It is one of several things a planner looks at.

It is not for anything about a person: it knows no person, and an area's forecast says nothing of those who live there.
It does not forecast crime as such: what is not reported or not recorded is not in it, and what is recorded because
officers were sent somewhere is. It is not for areas, strands or horizons other than those below, and not for a single
day or shift.
"""
LIMITS = """\
- Recorded incidents depend on reporting and recording. Where either changes, the forecast follows after the change.
- Ranges hold on average over weeks like those that were held out. After a shift of level they are too narrow at first.
- An area with next to no incidents gets its strand's rate in the main, not one of its own.
- Patrols change what is recorded. The model does not know where hours were placed.
"""
# Columns of the measures, with how they are written.
_MEASURES = {
    "crps": "CRPS",
    "poisson_deviance": "Poisson deviance",
    "pinball": "pinball loss",
    "bias": "bias",
    "pai_5": "PAI at 5 %",
    "coverage": "coverage of 80 %",
    "pit_distance": "PIT distance",
    "sharpness": "sharpness",
}


def card(
    version: str,
    manifest: Mapping[str, Any],
    acts: Sequence[Act],
    gate: Mapping[str, Any] | None,
    *,
    synthetic: bool,
    attribution: str,
) -> str:
    """Return the card as Markdown.

    Args:
        version: The model.
        manifest: Its manifest.
        acts: Promotions, refusals and rollbacks of it, oldest first.
        gate: The gate's newest decision on it; None where there is none.
        synthetic: Whether the workspace's data are made up.
        attribution: Source statement of the data.
    """
    parts = [
        f"# {version}",
        *(["**SYNTHETIC: the data are made up.**"] if synthetic else []),
        f"## What it is for, and not for\n\n{PURPOSE.strip()}",
        f"## Data\n\n{_table(('what', 'value'), _data(manifest, attribution))}",
        f"## How it was made\n\n{_table(('what', 'value'), _made(manifest))}",
        _measures(manifest),
        f"## Where it falls back\n\n{_fallback(manifest)}",
        _gate(gate),
        f"## Promotions\n\n{_promotions(acts)}",
        f"## Limits\n\n{LIMITS.strip()}",
    ]
    return "\n\n".join(parts) + "\n"


def _data(manifest: Mapping[str, Any], attribution: str) -> Iterator[tuple[str, str]]:
    panel, facts = manifest.get("panel", {}), manifest.get("facts", {})
    yield "learnt from", f"{panel.get('periods', '?')} {panel.get('kind', '?')}s, to before {facts.get('origin', '?')}"
    yield "areas", str(panel.get("areas", "?"))
    yield "strands", ", ".join(panel.get("strands", ()))
    yield "horizons", ", ".join(map(str, manifest.get("horizons", ())))
    yield "data snapshot", f"`{facts.get('data_snapshot', '?')}`"
    yield "panel", f"`{panel.get('sha256', '?')}`"
    if attribution:
        yield "source", attribution


def _made(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    recipe, facts = manifest.get("recipe", {}), manifest.get("facts", {})
    yield "method", str(manifest.get("method", "?"))
    settings = recipe.get("settings")
    yield "settings", ", ".join(f"{k} {v}" for k, v in settings.items()) if settings else "standard for the history"
    calendar = recipe.get("calendar", {})
    yield "calendar", str(calendar.get("region") or "none") + (", school terms" if calendar.get("terms") else "")
    yield "features", ", ".join(_features(manifest)) or "none: a simple method"
    for name, value in sorted(facts.items()):
        if name not in ("origin", "data_snapshot"):
            yield name.replace("_", " "), f"`{value}`" if value else "none"


def _features(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield the parts of the feature specification that are in use, that of the member with trees in a stack."""
    specs = [part["spec"] for part in (manifest, *manifest.get("members", ())) if "spec" in part]
    for name, value in specs[0].items() if specs else ():
        if name not in ("kind", "horizons", "offset") and value not in (False, None, [], 0):
            shown = "" if value is True else f" {', '.join(map(str, value)) if isinstance(value, list) else value}"
            yield name.replace("_", " ") + shown


def _measures(manifest: Mapping[str, Any]) -> str:
    rows = manifest.get("measures", ())
    names = [name for name in _MEASURES if any(row.get(name) is not None for row in rows)]
    keys = [key for key in ("level", "strand", "horizon") if any(key in row for row in rows)]
    body = [(*(str(row[key] or "all") for key in keys), *(_figure(row.get(name)) for name in names)) for row in rows]
    table = _table((*keys, *(_MEASURES[name] for name in names)), body) if body else "None are kept."
    told = "On periods that an earlier fit of the same recipe had not seen. Lower is better but for PAI."
    return f"## How good it was\n\n{told}\n\n{table}"


def _fallback(manifest: Mapping[str, Any]) -> str:
    by_level = {"areas": manifest.get("fallback", ()), **manifest.get("level_fallback", {})}
    fallen = [
        (level, strand, method)
        for level, methods in by_level.items()
        for strand, method in zip(manifest.get("strands", ()), methods, strict=False)
        if method
    ]
    if not fallen:
        return "Nowhere: it forecasts every strand itself."
    told = "Where it did not beat the best simple method on periods that it had not seen, that method forecasts:"
    return f"{told}\n\n{_table(('level', 'strand', 'method'), fallen)}"


def _gate(gate: Mapping[str, Any] | None) -> str:
    title = "## The gate's decision"
    if gate is None:
        return f"{title}\n\nThe gate has not looked at it."
    origins = gate["origins"]
    span = f"{len(origins)} origins from {origins[0]} to {origins[-1]}" if origins else "no origins"
    drawn = f"; intervals from drawing {gate['drawn']}" if gate["drawn"] else ""
    short = " (short history)" if gate["short_history"] else ""
    words = [f"**{gate['verdict']}**, on {span}{drawn}{short}. Compared are {gate['compared']}."]
    if gate.get("despite"):
        words.append(f"Promoted despite that by {gate['actor']}: {gate['despite']}")
    words += gate["notes"]
    head = ("check", "of", "against", "figure (interval)", "must", "outcome")
    rows = [
        (
            check["name"],
            check["about"],
            check["against"],
            check["shown"],
            check["rule"],
            check["outcome"],
        )
        for check in gate["checks"]
    ]
    return f"{title}\n\n{' '.join(words)}\n\n{_table(head, rows)}"


def _promotions(acts: Sequence[Act]) -> str:
    if not acts:
        return "None was asked for."
    rows = [
        (act.time[:10], act.act, act.outcome, act.gate, act.actor, act.reason, act.despite, f"`{act.audit_id}`")
        for act in acts
    ]
    return _table(("day", "act", "outcome", "gate", "who", "why", "despite the gate", "record"), rows)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _table(head: Sequence[str], rows: Iterator[tuple[str, ...]] | Sequence[tuple[str, ...]]) -> str:
    def line(cells: Sequence[str]) -> str:
        # A bar or a line break in a person's words would break the table.
        return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"

    return "\n".join([line(head), "|" + "---|" * len(head), *(line(row) for row in rows)])
