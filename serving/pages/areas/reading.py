"""What the page of an area shows, from the API's answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from pydantic import Field

from ledger.events import NoSuchRecordError
from models.levels import ALL_STRANDS
from serving.access.caller import Scope
from serving.asking import Asking
from serving.desk import Desk
from serving.forecasts.before import history
from serving.forecasts.query import HistoryQuery
from serving.forecasts.reading import covered, explanation
from serving.forecasts.sight import sight
from serving.forecasts.stability import stability
from serving.outlook.notices import PATH as NOTICES
from serving.outlook.notices import notices
from serving.pages.site import Source
from serving.plans.areas import area
from serving.plans.reading import plans
from serving.plans.schemas import Code, PlansQuery
from serving.questions.asking import questions
from serving.questions.schemas import QuestionsQuery
from serving.scenarios.reading import scenario, scenarios
from serving.scenarios.schemas import ScenariosQuery
from serving.schemas import Closed

# Said above every page anyway.
_EVERYWHERE = "synthetic"
_PLANS, _QUESTIONS = 50, 5
# Of the plans of a period the one in force is told of, else the newest draft.
_ORDER = ("issued", "draft", "superseded", "rejected")


class AreaQuery(Closed):
    """What of an area is shown."""

    strand: str | None = Field(None, max_length=200)
    level: str | None = Field(None, max_length=40)
    horizon: int | None = Field(None, ge=1, le=60)
    plan: Code | None = None


@dataclass(frozen=True)
class Forecast:
    """What is expected of an area and a strand, and why.

    Attributes:
        sources: The answers of the API that it is made of.
        periods: What the served run covers.
        level: Of the area.
        strands: That can be chosen.
        strand: That is shown.
        before: Counts before the run, and its forecasts.
        row: Of the area and the strand.
        expected: Its forecast of the period that is shown.
        reasons: What that forecast relied on.
        steady: How stable these reasons are.
        against: What stands against forecasts of the strand.
    """

    sources: tuple[Source, ...]
    periods: dict[str, Any]
    level: str
    strands: tuple[str, ...]
    strand: str
    before: dict[str, Any]
    row: dict[str, Any]
    expected: dict[str, Any]
    reasons: dict[str, Any]
    steady: dict[str, Any]
    against: list[dict[str, Any]]

    @property
    def noticed(self) -> dict[str, float]:
        """Shares of the strand's incidents by how they came to notice; none where it is not known."""
        shares: dict[str, float] = self.before["noticed"].get(self.strand, {})
        return shares


@dataclass(frozen=True)
class Planned:
    """What the plans make of an area.

    Attributes:
        sources: The answers of the API that it is made of.
        plans: Of the period.
        told: What one of them says of the area; None where none does.
        flip: The newest study of what would move its hours; None where there is none.
        more: The newest study of where more hours would go; None where there is none.
    """

    sources: tuple[Source, ...]
    plans: list[dict[str, Any]]
    told: dict[str, Any] | None = None
    flip: dict[str, Any] | None = None
    more: dict[str, Any] | None = None


def forecast(desk: Desk, code: str, query: AreaQuery, scope: Scope) -> Forecast:
    """Find what is expected of an area and why.

    Raises:
        NoSuchRecordError: The served run has no such area, or not for this caller.
        DataError: It has no such strand or period.
        ServiceError: Nothing is being served yet.
    """
    about = Source("/v1/periods", covered(desk, scope))
    level = query.level or _level_of(desk, code, scope)
    strands = _strands(desk, level, scope)
    if not strands:
        raise NoSuchRecordError(f"there is no area {code}", fix="open one from the page of the week")
    strand = query.strand or strands[0]
    asked = HistoryQuery(level=level, area_code=[code], strand=[strand])
    said = asked.model_dump(exclude_none=True, exclude_defaults=True)
    before = Source(f"/v1/forecasts/history?{urlencode(said, doseq=True)}", history(desk, asked, scope))
    row = before.document["rows"][0]
    expected = next((one for one in row["forecasts"] if one["horizon"] == query.horizon), None) or row["forecasts"][0]
    name = expected["forecast_id"]
    reasons = Source(f"/v1/explanations/{name}", explanation(desk, name, scope))
    steady = Source(f"/v1/explanations/{name}/stability", stability(desk, name, scope))
    against = Source(NOTICES, notices(desk, scope))
    return Forecast(
        (about, before, reasons, steady, against),
        about.document,
        level,
        strands,
        strand,
        before.document,
        row,
        expected,
        reasons.document,
        steady.document,
        [one for one in against.document["notices"] if _is_told(one, strand)],
    )


def planned(desk: Desk, asking: Asking, code: str, period_start: str, plan_id: str | None) -> Planned:
    """Find what a plan says of an area: the plan that is asked for, else the one in force, else the newest.

    Raises:
        NoSuchRecordError: The plan that is asked for is not there.
        LedgerError: The plan's file was changed.
    """
    asked = PlansQuery.model_validate({"period_start": period_start, "limit": _PLANS})
    of_period = Source(f"/v1/plans?period_start={period_start}&limit={_PLANS}", plans(desk, asked))
    known = of_period.document["plans"]
    chosen = plan_id or next((one["plan_id"] for one in sorted(known, key=lambda one: _ORDER.index(one["status"]))), "")
    if not chosen:
        return Planned((of_period,), known)
    try:
        own = Source(f"/v1/plans/{chosen}/areas/{quote(code)}", area(desk, asking, chosen, code))
    except NoSuchRecordError:
        if plan_id is not None and plan_id not in {one["plan_id"] for one in known}:
            raise
        return Planned((of_period,), known)
    told = own.document
    studies = _studies(desk, told) if sees_all(asking.caller.scope) else {}
    sources = (of_period, own, *studies.values())
    parts = {name: source.document for name, source in studies.items()}
    return Planned(sources, known, told, parts.get("flip"), parts.get("more"))


def asked_of(desk: Desk, asking: Asking, code: str) -> Source:
    """Find the newest questions about an area."""
    address = f"/v1/questions?{urlencode({'area_code': code, 'limit': _QUESTIONS})}"
    return Source(address, questions(desk, asking, QuestionsQuery(area_code=code, limit=_QUESTIONS)))


def _studies(desk: Desk, told: dict[str, Any]) -> dict[str, Source]:
    """Return the newest studies of an area's flip points, and of where more hours of the plan would go."""
    names = {"flip": told["studies"][0]} if told["studies"] else {}
    asked = ScenariosQuery(study="next", plan_id=told["plan_id"], limit=1)
    kept = Source(f"/v1/scenarios?{urlencode(asked.model_dump(exclude_none=True))}", scenarios(desk, asked))
    if kept.document["scenarios"]:
        names["more"] = kept.document["scenarios"][0]["scenario_id"]
    found = {part: Source(f"/v1/scenarios/{name}", scenario(desk, name)) for part, name in names.items()}
    return {"kept": kept, **found}


def _is_told(notice: Mapping[str, Any], strand: str) -> bool:
    """Return whether a notice is of a strand, and not told above every page anyway."""
    of_it = not notice["strands"] or strand == ALL_STRANDS or strand in notice["strands"]
    return of_it and notice["code"] != _EVERYWHERE


def sees_all(scope: Scope) -> bool:
    """Return whether nothing is out of sight, as whoever asks for a study must have it."""
    return scope.areas is None and scope.strands is None


def _level_of(desk: Desk, code: str, scope: Scope) -> str:
    """Return the first level that has an area of a code in sight.

    Raises:
        NoSuchRecordError: None has.
    """
    run = desk.shelf.current
    for level in run.levels:
        if code in sight(run, level, scope).codes:
            return level
    raise NoSuchRecordError(f"there is no area {code}", fix="open one from the page of the week")


def _strands(desk: Desk, level: str, scope: Scope) -> tuple[str, ...]:
    """Return the strands of a level in sight, all strands together last."""
    return tuple(sorted(sight(desk.shelf.current, level, scope).strands, key=lambda name: (name == ALL_STRANDS, name)))
