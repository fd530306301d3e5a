"""Hours against need by deprivation decile, and what holds a decile that lies outside the band."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.allocation.papers.account import Account
from models.allocation.posed import Ground
from models.allocation.programme.plan import Plan
from models.allocation.reasons.prices import clean_prices

F64 = NDArray[np.float64]

# A decile's share of hours divided by its share of need; outside it the plan says why.
BAND = (0.8, 1.25)
# Ratios at an end of the band are inside; sums of many hours may miss it by rounding alone.
_SLACK = 1e-6
_MOST_RULES = 3
_DECILES = range(1, 11)
_COMMON = ("total", "budget")


def equity(plan: Plan, ground: Ground, account: Account) -> dict[str, Any]:
    """Return hours against need by decile; need is expected harm, or incidents where no strand has a weight."""
    weighted = bool(account.harm.sum() > 0)
    need = (account.harm if weighted else account.expected).sum(axis=1)
    hours = plan.by_area()
    known = ~np.isnan(ground.decile)
    # Shares are of the areas whose decile is known: of the others nothing can be said.
    all_hours, all_need = float(hours[known].sum()), float(need[known].sum())
    rows = []
    for decile in _DECILES:
        inside = ground.decile == decile
        if not inside.any():
            continue
        row = _row(decile, inside, (hours, all_hours), (need, all_need))
        if not row["inside"]:
            row["reasons"] = _reasons(plan, account, inside, row["ratio"])
        rows.append(row)
    return {
        "need": "expected harm" if weighted else "expected incidents",
        "band": list(BAND),
        "areas_without_decile": int((~known).sum()),
        "deciles": rows,
        "outside": [row["decile"] for row in rows if not row["inside"]],
    }


def _row(decile: int, inside: NDArray[np.bool_], hours: tuple[F64, float], need: tuple[F64, float]) -> dict[str, Any]:
    own, wanted = float(hours[0][inside].sum()), float(need[0][inside].sum())
    hours_share = own / hours[1] if hours[1] > 0 else None
    need_share = wanted / need[1] if need[1] > 0 else None
    ratio = hours_share / need_share if hours_share is not None and need_share else None
    return {
        "decile": decile,
        "areas": int(inside.sum()),
        "hours": own,
        "need": wanted,
        "hours_share": hours_share,
        "need_share": need_share,
        "ratio": ratio,
        "inside": ratio is None or BAND[0] - _SLACK <= ratio <= BAND[1] + _SLACK,
        "reasons": [],
    }


def _reasons(plan: Plan, account: Account, inside: NDArray[np.bool_], ratio: float) -> list[str]:
    """Return what of the rules and the model goes with a decile's hours; no word on the world."""
    return [*_rules(plan, inside, more=ratio > 1), *_model(plan, account, inside)]


def _rules(plan: Plan, inside: NDArray[np.bool_], *, more: bool) -> list[str]:
    """Return the dearest rules that pull hours the way in which the decile is out.

    The price of a rule times its factor at a post is what it takes from the worth of an hour there: compared between
    the decile's posts and all others of the rule it tells which way the rule pulls.
    """
    posts = plan.problem.posts
    here: F64 = inside[posts.area].astype(np.float64)
    weight = np.where(here > 0, 1 / max(here.sum(), 1.0), -1 / max((1 - here).sum(), 1.0))
    found = []
    for rules, prices in zip(plan.problem.rules, clean_prices(plan), strict=True):
        if rules.kind in _COMMON:
            continue
        held = np.flatnonzero(prices != 0)
        # Positive: an hour here is dearer than elsewhere, which keeps hours away.
        pull: F64 = prices[held] * (rules.matrix[held] @ weight)
        found += [
            (-abs(float(pull[at])), f"{rules.kind} {rules.names[row]}")
            for at, row in enumerate(held.tolist())
            if (pull[at] < 0) == more and pull[at] != 0
        ]
    if not found:
        return ["No rule that costs anything pulls hours this way."]
    named = ", ".join(name for _, name in sorted(found)[:_MOST_RULES])
    others = f" and {len(found) - _MOST_RULES:,} more" if len(found) > _MOST_RULES else ""
    way = "towards this decile" if more else "away from this decile"
    return [f"Rules that pull hours {way}: {named}{others}."]


def _model(plan: Plan, account: Account, inside: NDArray[np.bool_]) -> list[str]:
    """Return what the model reckons with here and everywhere: what an hour meets, and harm nobody may work on."""
    hours = plan.by_area()
    sentences = []
    met = account.harm_met.sum(axis=1) if account.harm.sum() > 0 else account.met.sum(axis=1)
    if hours[inside].sum() > 0 and hours.sum() > 0:
        here, everywhere = met[inside].sum() / hours[inside].sum(), met.sum() / hours.sum()
        what = "harm" if account.harm.sum() > 0 else "incidents"
        sentences.append(
            f"By the effect reckoned with, an hour here meets {here:,.3g} {what}, in all areas {everywhere:,.3g}."
        )
    need = account.harm if account.harm.sum() > 0 else account.expected
    beyond = np.where(account.open, 0.0, need)
    part, whole = beyond[inside].sum() / max(need[inside].sum(), 1e-12), beyond.sum() / max(need.sum(), 1e-12)
    if max(part, whole) > 0.005:
        sentences.append(
            f"No resource of the plan may work on {100 * part:.0f} % of its need, of {100 * whole:.0f} % in all areas."
        )
    return sentences
