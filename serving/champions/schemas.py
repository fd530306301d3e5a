"""What is told of models, the champion's history and the gate's decisions."""

from datetime import date
from typing import Any

from pydantic import Field

from serving.cursors import Paged
from serving.schemas import Closed


class ModelsQuery(Paged):
    """Which page of the models."""

    limit: int = Field(50, ge=1, le=200, description="Most rows of a page.")


class GateQuery(Paged):
    """Which page of the gate's decisions."""

    limit: int = Field(50, ge=1, le=200, description="Most rows of a page.")


class ModelRow(Closed):
    """A model that was trained."""

    version: str
    origin: date = Field(description="What it learnt from ends before this day.")
    trained: str = Field(description="When it was recorded, UTC.")
    trained_as: str = Field(description="Audit id of the event that recorded it.")
    champion: bool
    challenger: bool
    suspended: dict[str, str] = Field(description="Strand that it is suspended for to the method that stands in.")


class Models(Closed):
    """One page of the models."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    total: int
    next_cursor: str | None = Field(description="Cursor of the next page; null on the last.")
    rows: list[ModelRow]


class ChampionAct(Closed):
    """One promotion, refused promotion or rollback."""

    act: str
    version: str
    outcome: str = Field(description="ok, or refused where the champion stayed.")
    replaced: str = Field(description="The champion before; empty where there was none.")
    gate: str = Field(description="What the gate said; empty before there was one.")
    despite: str = Field(description="Why the gate was overruled; empty where it was not.")
    reason: str
    actor: str
    time: str
    evidence: str = Field(description="Name of the gate's decision; empty where there is none.")
    decided_as: str = Field(description="Audit id of the event that recorded it.")


class ModelAnswer(ModelRow):
    """One model: what it is, how good it was, and what was decided on it."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    manifest_sha256: str
    tracked_as: str | None = Field(description="Its training run in MLflow; null where it was not tracked.")
    method: str
    horizons: list[int]
    strands: list[str]
    fallback: dict[str, str] = Field(description="Strand to the simple method that stands in for the model.")
    level_fallback: dict[str, dict[str, str]] = Field(description="The same of the levels above the areas.")
    panel: dict[str, Any] = Field(description="What it learnt from.")
    recipe: dict[str, Any] = Field(description="How it was made.")
    facts: dict[str, Any] = Field(description="Code, data and lock that it was made with.")
    measures: list[dict[str, Any]] = Field(description="On periods that an earlier fit of the recipe had not seen.")
    acts: list[ChampionAct] = Field(description="Promotions, refusals and rollbacks of it, oldest first.")


class ChampionHistory(Closed):
    """Who was champion when, by whose word."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    champion: str | None
    challenger: str | None
    standing: list[str] = Field(description="Champions that a rollback would go back through, the present one last.")
    acts: list[ChampionAct] = Field(description="Oldest first.")


class GateRow(Closed):
    """A decision of the gate."""

    name: str
    version: str
    verdict: str
    time: str
    decided_as: str = Field(description="Audit id of the event that recorded it.")


class GateDecisions(Closed):
    """One page of the gate's decisions."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    total: int
    next_cursor: str | None = Field(description="Cursor of the next page; null on the last.")
    rows: list[GateRow]


class GateAnswer(GateRow):
    """A decision of the gate with its evidence."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    evidence_sha256: str
    evidence: dict[str, Any] = Field(description="Checks with their figures and limits, origins, methods, notes.")
