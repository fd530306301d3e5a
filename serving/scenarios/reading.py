"""Scenarios over HTTP: studies of a plan, asked for as jobs, kept, and looked at again."""

import csv
import io
import json
from typing import Any

from errors import DataError
from features.cells import guarded
from ledger.artefacts import Artefact, Json
from models.allocation.decisions.history import history
from models.kinds import SCENARIO as KIND
from serving.answers import CSV, Finding
from serving.cursors import page_of
from serving.desk import Desk
from serving.jobs.job import Asked
from serving.jobs.made import kept_body, made_answer
from serving.jobs.waiting import Errand
from serving.scenarios.schemas import ScenarioOrder, ScenariosQuery

_ASKED = ("study", "plan_id", "other", "weights", "effect", "area_code", "resource", "hours")


def scenario_errand(desk: Desk, order: ScenarioOrder) -> Errand:
    """Return the job that makes a study, which is refused where it names no plan."""

    def check() -> None:
        plans = history(desk.ledger).plans
        for place, plan_id in (("plan_id", order.plan_id), ("other", order.other)):
            if plan_id is not None and plan_id not in plans:
                raise DataError("names no plan that is recorded", place=place, fix="list them at /v1/plans")

    asked: dict[str, Json] = order.model_dump(mode="json")
    return Errand(Asked("scenario", asked, "consultation"), asked, made_answer(_made), check)


def scenarios(desk: Desk, query: ScenariosQuery) -> Finding:
    """Find a page of the studies that are kept, newest first.

    Raises:
        DataError: The cursor cannot be used.
    """
    rows = [row for row in desk.ledger.artefacts(KIND, newest_first=True) if _fits(row, query)]
    page, cursor = page_of(rows, query, query.limit, lambda row: row.name)
    document = {
        "scenarios": [_line(row) for row in page],
        "total": len(rows),
        "next_cursor": cursor,
    }
    return Finding.of(document, "scenarios", details={"rows": len(page)})


def scenario(desk: Desk, name: str) -> Finding:
    """Find one study.

    Raises:
        NoSuchRecordError: There is none of this name.
        LedgerError: Its file is absent or was changed.
    """
    return Finding(kept_body(desk, KIND, name), f"{KIND}/{name}")


def scenario_table(desk: Desk, name: str) -> Finding:
    """Find one study as a table, to take away: what leaves so is a disclosure to whoever asks.

    Raises:
        NoSuchRecordError: There is none of this name.
        LedgerError: Its file is absent or was changed.
    """
    document = json.loads(desk.files.read(desk.ledger.artefact(KIND, name).stored))
    rows = _rows(document)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(guarded([*rows[0], "synthetic", "attribution"]))
    for row in rows:
        writer.writerow(guarded([*row.values(), document["synthetic"], document["attribution"]]))
    return Finding(
        buffer.getvalue().encode(),
        f"{KIND}/{name}",
        details={"act": "export", "rows": len(rows)},
        media_type=CSV,
        headers={"content-disposition": f'attachment; filename="{name}.csv"'},
    )


def _made(desk: Desk, name: str, _: str) -> bytes:
    return kept_body(desk, KIND, name)


def _line(row: Artefact) -> dict[str, Any]:
    # Studies of before areas and resources could be asked for name none.
    return {"scenario_id": row.name, **{name: row.meta.get(name) for name in _ASKED}}


def _fits(row: Artefact, query: ScenariosQuery) -> bool:
    asked = (("study", query.study), ("plan_id", query.plan_id), ("area_code", query.area_code))
    return all(value in (None, row.meta.get(name)) for name, value in asked)


def _rows(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a study's rows; at least one."""
    study = document["study"]
    if study == "compare":
        told = document["comparison"]
        return [
            {"kind": kind, "name": line["name"], "hours_first": line["hours"][0], "hours_second": line["hours"][1]}
            | {"harm_met_first": line["harm_met"][0], "harm_met_second": line["harm_met"][1]}
            for kind in ("areas", "districts", "strands", "deciles")
            for line in told[kind]
        ]
    if study == "sensitivity":
        told = document["sensitivity"]
        return [
            {"area_code": area["area_code"], "choice": name, "hours": area["hours"][name]}
            | {"rank": area["rank"][name], "place": area["place"][name], "depends": area["depends"]}
            for area in told["areas"]
            for name in told["choices"]
        ]
    if study == "flip":
        told = document["flip"]
        return [{"area_code": told["area_code"], "change": change, **told[change]} for change in ("add", "remove")]
    if study == "next":
        return [
            {"resource": one["resource"], "area_code": code, "hours": change}
            for one in document["next"]["resources"]
            for code, change in one["areas"].items()
        ] or [{"resource": None, "area_code": None, "hours": None}]
    points: list[dict[str, Any]] = document[study]
    return points
