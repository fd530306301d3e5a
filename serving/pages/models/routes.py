"""The addresses of the pages of models."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from models.card import LIMITS, PURPOSE
from serving.access.policy import page
from serving.champions.routes import READERS
from serving.pages.models import pictures
from serving.pages.models.reading import all_models, measured, methods_of, one_decision, one_look, one_model
from serving.pages.site import Site

_KEPT = 16


def routes(site: Callable[[], Site]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get("/models", **page("consultation", *READERS))
    async def get_models(request: Request) -> Any:
        found = await run_in_threadpool(all_models, site().desk())
        return await site().show(request, "models.html", found.sources, found=found)

    @router.get("/models/{id}", **page("consultation", *READERS))
    async def get_model(request: Request, id: str) -> Any:  # noqa: A002 - the name in the path
        desk = site().desk()
        found = await run_in_threadpool(one_model, desk, id)
        values = {} if found.gate is None else await run_in_threadpool(_gate_values, found.gate.finding.body)
        seen = {} if found.look is None else await run_in_threadpool(_look_values, found.look.finding.body)
        return await site().show(
            request,
            "model.html",
            found.sources,
            model=found.model,
            gate=found.gate.document if found.gate else None,
            look=found.look.document if found.look else None,
            purpose=_paragraphs(PURPOSE, "\n\n"),
            limits=_paragraphs(LIMITS, "\n- "),
            mlflow=desk.workspace.settings.service.mlflow,
            **{"coverage": None, "beside": None, "intervals": None, "methods": [], **values},
            **{"calibration": None, "weekly": None, "measured": [], **seen},
        )

    @router.get("/models/gate-decisions/{id}", **page("consultation", *READERS))
    async def get_decision(request: Request, id: str) -> Any:  # noqa: A002 - the name in the path
        source = await run_in_threadpool(one_decision, site().desk(), id)
        values = await run_in_threadpool(_gate_values, source.finding.body)
        return await site().show(request, "gate_decision.html", [source], gate=source.document, **values)

    @router.get("/models/monitoring/{id}", **page("consultation", *READERS))
    async def get_look(request: Request, id: str) -> Any:  # noqa: A002 - the name in the path
        source = await run_in_threadpool(one_look, site().desk(), id)
        values = await run_in_threadpool(_look_values, source.finding.body)
        return await site().show(request, "monitoring.html", [source], look=source.document, **values)

    return router


def _paragraphs(text: str, between: str) -> list[str]:
    """Return the parts of a card's text without its marks."""
    return [" ".join(part.replace("**", "").removeprefix("- ").split()) for part in text.strip().split(between)]


@lru_cache(maxsize=_KEPT)
def _gate_values(body: bytes) -> dict[str, Any]:
    """Return what is shown of a decision; drawn once, for what is recorded does not change."""
    evidence = json.loads(body)["evidence"]
    return {
        "coverage": pictures.coverage(evidence),
        "beside": pictures.beside_simple(evidence),
        "intervals": pictures.intervals(evidence),
        "methods": methods_of(evidence),
    }


@lru_cache(maxsize=_KEPT)
def _look_values(body: bytes) -> dict[str, Any]:
    look = json.loads(body)
    found = look["found"]
    return {
        "calibration": pictures.calibration(found),
        "weekly": pictures.weekly(found),
        "measured": list(measured(look)),
    }
