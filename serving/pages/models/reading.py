"""What the pages of models show, from the API's answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from models.monitoring.meanings import MEANINGS
from serving.champions.reading import decision, decisions, history, model, models
from serving.champions.schemas import GateQuery, ModelsQuery
from serving.desk import Desk
from serving.monitoring.reading import look, looks
from serving.monitoring.schemas import MonitoringQuery
from serving.pages.site import Source

_MOST = 50
CHALLENGER = "challenger"


@dataclass(frozen=True)
class AllModels:
    """What the page of all models shows, each part the document of an answer.

    Attributes:
        sources: The answers.
        models: Models, newest first.
        champions: Who was champion when.
        decisions: The gate's decisions, newest first.
        looks: What monitoring found, newest first.
    """

    sources: tuple[Source, ...]
    models: dict[str, Any]
    champions: dict[str, Any]
    decisions: dict[str, Any]
    looks: dict[str, Any]


@dataclass(frozen=True)
class OneModel:
    """What the page of one model shows.

    Attributes:
        sources: The answers of the API.
        model: The model.
        gate: The gate's newest decision that was acted on; None where there is none.
        look: The newest look at it; None where there is none.
    """

    sources: tuple[Source, ...]
    model: dict[str, Any]
    gate: Source | None
    look: Source | None


def all_models(desk: Desk) -> AllModels:
    """Find the newest models, the champion's history, the newest decisions and the newest looks."""
    sources = (
        Source(f"/v1/models?limit={_MOST}", models(desk, ModelsQuery(cursor=None, limit=_MOST))),
        Source("/v1/champions", history(desk)),
        Source(f"/v1/gate-decisions?limit={_MOST}", decisions(desk, GateQuery(cursor=None, limit=_MOST))),
        Source(f"/v1/monitoring?limit={_MOST}", looks(desk, _looks_query(None, _MOST))),
    )
    return AllModels(sources, *(source.document for source in sources))


def one_model(desk: Desk, name: str) -> OneModel:
    """Find one model with the newest decision and the newest look at it.

    Raises:
        NoSuchRecordError: There is no such model.
        LedgerError: A file of it was changed.
    """
    found = Source(f"/v1/models/{name}", model(desk, name))
    version = found.document["version"]
    sources = [found]
    evidence = [act["evidence"] for act in found.document["acts"] if act["evidence"]]
    gate = _decision(desk, evidence[-1]) if evidence else None
    listed = Source(f"/v1/monitoring?model_version={version}&limit=1", looks(desk, _looks_query(version, 1)))
    seen = [_look(desk, row["name"]) for row in listed.document["rows"]]
    sources += [*([gate] if gate else []), listed, *seen]
    return OneModel(tuple(sources), found.document, gate.document if gate else None, seen[0].document if seen else None)


def one_decision(desk: Desk, name: str) -> Source:
    """Find one decision of the gate.

    Raises:
        NoSuchRecordError: There is none.
    """
    return _decision(desk, name)


def one_look(desk: Desk, name: str) -> Source:
    """Find one look at a champion.

    Raises:
        NoSuchRecordError: There is none.
    """
    return _look(desk, name)


def measured(look_at: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield each verdict of a look with its limits and its meaning, strand by strand."""
    found = look_at["found"]
    for verdict in sorted(found["verdicts"], key=lambda one: (one["strand"] == "all", one["strand"])):
        name = verdict["measure"]
        yield {**verdict, "limits": found["thresholds"][name], "meaning": MEANINGS[name]}


def methods_of(evidence: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the methods that a decision compared, the challenger first, then by their CRPS."""
    found: dict[str, dict[str, Any]] = evidence["methods"]
    return sorted(found.items(), key=lambda item: (item[0] != CHALLENGER, item[1]["crps"]))


def _decision(desk: Desk, name: str) -> Source:
    return Source(f"/v1/gate-decisions/{name}", decision(desk, name))


def _look(desk: Desk, name: str) -> Source:
    return Source(f"/v1/monitoring/{name}", look(desk, name))


def _looks_query(version: str | None, limit: int) -> MonitoringQuery:
    return MonitoringQuery(cursor=None, model_version=version, limit=limit)
