"""What is read of models: their manifests, the champion's history, and the gate's decisions with their evidence."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from errors import ServiceError
from ledger.artefacts import Artefact
from ledger.events import NoSuchRecordError
from models.champions import Act, champions
from models.kinds import CHALLENGER, CHAMPION, GATE, MODEL
from models.suspension import suspension_of
from serving.answers import Finding
from serving.champions.schemas import GateQuery, ModelsQuery
from serving.cursors import page_of
from serving.desk import Desk

# Of a manifest; what is left out are the model's own numbers.
_TOLD = ("method", "horizons", "strands", "panel", "recipe", "facts", "measures")


def models(desk: Desk, query: ModelsQuery) -> Finding:
    """Find one page of the models, newest first.

    Raises:
        DataError: The cursor cannot be used.
    """
    held = desk.ledger.artefacts(MODEL, newest_first=True)
    page, cursor = page_of(held, query, query.limit, lambda row: row.name)
    rows = [_model(desk, artefact) for artefact in page]
    return Finding.of({"total": len(held), "next_cursor": cursor, "rows": rows}, "model/all", details=_said(page))


def model(desk: Desk, name: str) -> Finding:
    """Find one model, by its version or as champion or challenger.

    Raises:
        NoSuchRecordError: There is none.
        LedgerError: Its manifest was changed.
    """
    version = desk.ledger.alias(MODEL, name) if name in (CHAMPION, CHALLENGER) else name
    if version is None:
        raise NoSuchRecordError(f"there is no {name} yet", fix="see GET /v1/models")
    artefact = desk.ledger.artefact(MODEL, version)
    manifest = _document(desk, artefact)
    strands = manifest.get("strands", [])
    levels = manifest.get("level_fallback", {})
    document = {
        **_model(desk, artefact),
        "manifest_sha256": artefact.sha256,
        "tracked_as": desk.ledger.event_of(MODEL, version).draft.details.get("tracked_as"),
        **{part: manifest.get(part, [] if part in ("horizons", "strands", "measures") else {}) for part in _TOLD},
        "fallback": _by_strand(strands, manifest.get("fallback", ())),
        "level_fallback": {level: _by_strand(strands, methods) for level, methods in levels.items()},
        "acts": [_act(act) for act in champions(desk.ledger).of(version)],
    }
    return Finding.of(document, f"{MODEL}/{version}")


def history(desk: Desk) -> Finding:
    """Find who was champion when."""
    found = champions(desk.ledger)
    document = {
        "champion": desk.ledger.alias(MODEL, CHAMPION),
        "challenger": desk.ledger.alias(MODEL, CHALLENGER),
        "standing": list(found.standing),
        "acts": [_act(act) for act in found.acts],
    }
    return Finding.of(document, "model/champions", details={"acts": len(found.acts)})


def decisions(desk: Desk, query: GateQuery) -> Finding:
    """Find one page of the gate's decisions, newest first.

    Raises:
        DataError: The cursor cannot be used.
    """
    held = desk.ledger.artefacts(GATE, newest_first=True)
    page, cursor = page_of(held, query, query.limit, lambda row: row.name)
    rows = [_decision(desk, artefact) for artefact in page]
    return Finding.of({"total": len(held), "next_cursor": cursor, "rows": rows}, "gate/all", details=_said(page))


def decision(desk: Desk, name: str) -> Finding:
    """Find a decision of the gate with its evidence.

    Raises:
        NoSuchRecordError: There is none.
        LedgerError: Its file was changed.
    """
    artefact = desk.ledger.artefact(GATE, name)
    evidence = _document(desk, artefact)
    document = {**_decision(desk, artefact), "evidence_sha256": artefact.sha256, "evidence": evidence}
    return Finding.of(document, f"{GATE}/{name}")


def _model(desk: Desk, artefact: Artefact) -> dict[str, Any]:
    event = desk.ledger.event_of(MODEL, artefact.name)
    held = suspension_of(desk.ledger, artefact.name)
    return {
        "version": artefact.name,
        "origin": artefact.meta["origin"],
        "trained": event.time,
        "trained_as": event.audit_id,
        "champion": desk.ledger.alias(MODEL, CHAMPION) == artefact.name,
        "challenger": desk.ledger.alias(MODEL, CHALLENGER) == artefact.name,
        "suspended": dict(held.strands) if held else {},
    }


def _decision(desk: Desk, artefact: Artefact) -> dict[str, Any]:
    event = desk.ledger.event_of(GATE, artefact.name)
    told = {name: artefact.meta[name] for name in ("version", "verdict")}
    return {"name": artefact.name, **told, "time": event.time, "decided_as": event.audit_id}


def _act(act: Act) -> dict[str, Any]:
    document = asdict(act)
    return {**{name: value for name, value in document.items() if name != "audit_id"}, "decided_as": act.audit_id}


def _document(desk: Desk, artefact: Artefact) -> dict[str, Any]:
    """Return what a kept JSON file holds; its hash is checked before it is parsed."""
    document = json.loads(desk.files.read(artefact.stored))
    if not isinstance(document, dict):
        raise ServiceError("is no JSON object", place=f"{artefact.kind}/{artefact.name}", fix="restore it")
    return document


def _by_strand(strands: Sequence[str], methods: Sequence[str]) -> Mapping[str, str]:
    return {strand: method for strand, method in zip(strands, methods, strict=False) if method}


def _said(page: Sequence[Artefact]) -> dict[str, str | int | bool | None]:
    return {"rows": len(page), **({"first": page[0].name} if page else {})}
