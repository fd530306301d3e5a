"""The one way to make a plan: pose, solve, check, lay out, write down, record as a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.areas.files import read_area_file
from features.feeds.places import Places
from features.harm import Harm, load_harm
from features.strands import load_taxonomy
from features.workspace import Workspace
from models.allocation.choices import Choices, Lock
from models.allocation.decisions import again
from models.allocation.decisions.answers import asked_of, declined
from models.allocation.decisions.decide import editable, record_edit, said
from models.allocation.decisions.issued import last_plan
from models.allocation.decisions.laying import SEED as VISITS_SEED
from models.allocation.decisions.laying import laid_out, profile_of
from models.allocation.decisions.record import PlanRecord, keep, load_plan
from models.allocation.decisions.solving import beside, period_asked, planned_near
from models.allocation.decisions.telling import told_of
from models.allocation.papers.document import plan_document
from models.allocation.papers.ranges import SEED as RANGES_SEED
from models.allocation.posed import Planned
from models.allocation.programme.highs import solver_document
from models.allocation.resources.loading import Resources
from models.allocation.roster.spots import Place
from models.allocation.rules.settings import WorstWeeksSettings
from models.books import Books
from models.replay.manifest import Manifest, SettingsFile, manifest_of_plan, secret_name
from models.runs import ForecastRun, load_run

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Sets:
    """What a workspace knows that plans are made with.

    Attributes:
        harm: Its sets of harm weights.
        strands: Strands of its closed taxonomy.
        place: Tells which area a point lies in.
        secret: What nobody outside knows: lists of visits are drawn by it.
        settings: The files that all but the secret come from.
    """

    harm: Harm
    strands: tuple[str, ...]
    place: Place
    secret: str = field(repr=False)
    settings: tuple[SettingsFile, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, workspace: Workspace) -> "Sets":
        """Return what a workspace knows."""
        return cls.of_files(
            workspace.strands_file, workspace.harm_file, workspace.areas_file, secret=workspace.settings.salt
        )

    @classmethod
    def of_files(cls, strands: Path, harm: Path | None, areas: Path | None, *, secret: str) -> "Sets":
        """Return what files of settings say; None: there is no such file."""

        def place(longitude: F64, latitude: F64) -> list[str]:
            file = read_area_file(areas) if areas else None
            return [code or "" for code in Places.of(file).of_points(longitude, latitude)]

        taxonomy = load_taxonomy(strands)
        paths = {"strands": strands, "harm": harm, "areas": areas}
        read = [SettingsFile.read(role, path) for role, path in paths.items()]
        weights = load_harm(harm, taxonomy) if harm else Harm()
        return cls(weights, taxonomy.names(), place, secret, tuple(item for item in read if item))


def draft(
    run: ForecastRun,
    resources: Resources,
    choices: Choices,
    books: Books,
    sets: Sets,
) -> PlanRecord:
    """Make a plan on a forecast and record it as a draft; the same plan is recorded once.

    Of plans that are worth the same it is the one nearest to the last issued plan, so that nothing moves that need not.

    Raises:
        AllocationError: The request cannot be met; nothing is recorded.
        DataError: The forecast has missing rows, or there is no set of harm weights of that name.
        LedgerError: It could not be recorded; then there is no plan.
    """
    last = last_plan(books, *period_asked(run, choices))
    choices = beside(last, resources, choices)
    document = _document(run, resources, choices, books, sets, near=last)
    return keep(document, books, _manifest(document, books, sets))


def edit(books: Books, sets: Sets, plan_id: str, cells: Sequence[Lock], *, by: str, reason: str) -> PlanRecord:
    """Set some of a plan's cells, plan the rest anew around them, and record the result as a new draft.

    Forecast, resources, rules and choices are those of the plan; harm weights are the workspace's.

    Raises:
        NoSuchRecordError: There is no such plan.
        AllocationError: No name or reason is given, the plan was rejected or superseded, or the cells cannot be kept.
        MovedMeanwhileError: Somebody decided meanwhile: nothing was recorded.
        LedgerError: It could not be recorded.
    """
    name, why = said(by, "name", "--by"), said(reason, "reason", "--reason")
    editable(books.ledger, plan_id)
    before = load_plan(books.ledger, books.files, plan_id)
    choices = again.locked(again.choices_in(before.document), cells)
    parent = {"plan_id": plan_id, "act": "edit", "by": name, "reason": why, "cells": [vars(cell) for cell in cells]}
    document = _again(before, choices, parent, books, sets)
    return record_edit(books, document, _manifest(document, books, sets))


def around(books: Books, sets: Sets, plan_id: str, cells: Sequence[Lock] = ()) -> PlanRecord:
    """Plan anew around the declined tasks of a plan in force, and record the result as a draft.

    Raises:
        NoSuchRecordError: There is no such plan.
        AllocationError: It is not in force, none of its tasks was declined, or what is left cannot keep the rules.
        MovedMeanwhileError: Another plan was issued meanwhile: nothing was recorded.
        LedgerError: It could not be recorded.
    """
    asked = asked_of(books, plan_id)
    before = load_plan(books.ledger, books.files, plan_id)
    choices = again.locked(again.around(again.choices_in(before.document), before.document, asked), cells)
    tasks = [
        {
            **{key: one.as_document()[key] for key in ("task_id", "owner", "resource", "place", "hours")},
            "by": one.answer.by if one.answer else "",
            "reason": one.answer.reason if one.answer else "",
        }
        for one in declined(asked)
    ]
    parent = {"plan_id": plan_id, "act": "around", "declined": tasks}
    document = _again(before, choices, parent, books, sets)
    return keep(document, books, _manifest(document, books, sets))


def _again(before: PlanRecord, choices: Choices, parent: Mapping[str, Any], books: Books, sets: Sets) -> dict[str, Any]:
    run = load_run(books.ledger, books.files, before.document["forecast"]["run_id"])
    resources = again.resources_in(before.document, sets.strands)
    document = _document(run, resources, choices, books, sets, near=before)
    return {**document, "parent": {**parent, "moved": again.moved(before.document, document)}}


def _document(
    run: ForecastRun, resources: Resources, choices: Choices, books: Books, sets: Sets, *, near: PlanRecord | None
) -> dict[str, Any]:
    profile, kept_near = profile_of(run, choices, books), None if near is None else near.plan_id
    planned = planned_near(run, resources, choices, sets.harm, profile, near)
    laid = laid_out(run, resources, choices, planned, books, profile=profile, place=sets.place, secret=sets.secret)
    document = plan_document(
        run,
        planned,
        resources=resources,
        choices=choices,
        roster=laid.roster,
        visits=laid.visits,
        reasons=told_of(run, resources, planned, laid.sentences, kept_near),
    )
    return {**document, "areas": _with_wards(document["areas"], planned), "near": kept_near}


def _manifest(document: Mapping[str, Any], books: Books, sets: Sets) -> Manifest:
    rules = document["settings"]["rules"]
    worst = (rules["worst_weeks"] or WorstWeeksSettings().model_dump()) if document["objective"]["worst_weeks"] else {}
    return manifest_of_plan(
        document,
        books.files,
        settings=sets.settings,
        secret=secret_name(sets.secret),
        solver=solver_document(rules["gap"], rules["nodes"]),
        seeds={"visits": VISITS_SEED, "ranges": RANGES_SEED, "worst_weeks": worst.get("seed")},
    )


def _with_wards(areas: Sequence[Mapping[str, Any]], planned: Planned) -> list[dict[str, Any]]:
    """Return the areas with their wards, where any is known: tasks are told by them."""
    ground = planned.posed.ground
    ward = dict(zip(ground.area_codes, ground.parents.get("ward", ()), strict=False))
    return [{**area, "ward": ward[area["area_code"]]} if any(ward.values()) else dict(area) for area in areas]
