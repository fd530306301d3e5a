"""The desk: answers from the snapshot, each recorded before it leaves. No record, no answer."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from errors import DataError, ServiceError
from features import periods
from features.workspace import Workspace
from ledger.events import Draft, NoSuchRecordError, Scalar
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.allocation.choices import Choices
from models.allocation.decisions.drafts import Sets, draft
from models.allocation.decisions.record import KIND as PLAN
from models.allocation.decisions.record import load_plan
from models.allocation.resources import load_resources
from models.books import Books
from models.explanation.contributions import explain
from models.explanation.later import LaterContributions
from models.runs import ForecastRun, load_run
from models.suspension import NOTICE, suspension_of
from models.table import QUANTILES
from serving.query import ForecastQuery
from serving.schemas import PlanAnswer, PlanOrder
from serving.snapshot import Shelf, Snapshot

ACTOR = "http"

_FORECAST_ID = re.compile(r"([^:]{1,200}):(\d{1,9})")
_RUNS_KEPT = 4


class Desk:
    """Answers for one workspace. Safe to use from several threads."""

    def __init__(self, workspace: Workspace, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self.ledger = ledger
        self.files = FileStore(workspace.root)
        self.shelf = Shelf(ledger, self.files)
        self._workspace = workspace
        self._clock = clock
        # Explanations of runs that are no longer served are asked for rarely, then often for the same run.
        self._older = lru_cache(maxsize=_RUNS_KEPT)(self._load)
        self._contributions = LaterContributions(ledger, self.files)

    @classmethod
    def open(cls, root: Path, clock: Callable[[], datetime]) -> "Desk":
        """Open the desk of the workspace at `root`; the shelf is still empty.

        Raises:
            StrandcastError: The workspace or its ledger cannot be opened.
        """
        workspace = Workspace.open(root)
        return cls(workspace, Ledger.open(workspace.database_url, clock), clock)

    def close(self) -> None:
        """Close the ledger."""
        self.ledger.close()

    def periods(self) -> dict[str, Any]:
        """Return what is being served; not a forecast, so not recorded.

        Raises:
            ServiceError: Nothing is being served yet.
        """
        snapshot = self.shelf.current
        meta = snapshot.run.meta
        kind = meta["period"]
        first = periods.ordinal(datetime.fromisoformat(meta["origin"]).date(), kind)
        listed = []
        for horizon in snapshot.horizons:
            start, following = (periods.start(first + number, kind) for number in (horizon - 1, horizon))
            end = following.fromordinal(following.toordinal() - 1)
            listed.append({"horizon": horizon, "period_start": start.isoformat(), "period_end": end.isoformat()})
        return {
            "run_id": snapshot.run.run_id,
            **{name: meta[name] for name in ("model_version", "period", "origin", "as_of")},
            "strands": list(snapshot.strands),
            "areas": len(snapshot.areas),
            "notices": meta["notices"],
            "fallback": meta.get("fallback", {}),
            "attribution": meta["attribution"],
            "periods": listed,
        }

    def forecasts(self, query: ForecastQuery) -> bytes:
        """Return one page of the served run as JSON.

        Raises:
            DataError: A filter or the cursor cannot be used.
            ServiceError: Nothing is being served yet.
            LedgerError: The answer could not be recorded; then there is none.
        """
        snapshot = self.shelf.current
        run = snapshot.run
        chosen = snapshot.select(query.horizon, query.area_code, query.strand)
        begin = query.position(run.run_id)
        page = chosen[begin : begin + query.limit]
        end = begin + len(page)
        document = {
            "run_id": run.run_id,
            **{name: run.meta[name] for name in ("model_version", "origin", "as_of", "attribution")},
            "total": len(chosen),
            "next_cursor": query.cursor_at(run.run_id, end) if end < len(chosen) else None,
            "rows": _rows(snapshot, page.tolist()),
        }
        return self._recorded(document, f"forecast/{run.run_id}", {"first": begin, "rows": len(page), **query.said()})

    def explanation(self, forecast_id: str) -> bytes:
        """Return what one forecast relied on, as JSON.

        Raises:
            NoSuchRecordError: There is no such forecast.
            LedgerError: The answer could not be recorded; then there is none.
        """
        match = _FORECAST_ID.fullmatch(forecast_id)
        if match is None:
            raise NoSuchRecordError("this is not a forecast id", fix="use one from GET /v1/forecasts")
        run, position = self._run(match[1]), int(match[2])
        rows = run.frame.iloc[position : position + 1]
        if not len(rows):
            raise NoSuchRecordError(
                f"the run {run.run_id} has no row {position}", fix="use an id from GET /v1/forecasts"
            )
        if rows["base"].isna().any():
            rows = self._contributions.rows(run, int(rows["horizon"].iloc[0])).loc[rows.index]
        row = rows.iloc[0]
        document = {
            "forecast_id": forecast_id,
            "area_code": str(row["area_code"]),
            "strand": str(row["strand"]),
            "period_start": row["period_start"].date().isoformat(),
            "model_version": str(row["model_version"]),
            "notices": [code for code in str(row["notices"]).split(";") if code],
            **explain(rows).document(),
        }
        return self._recorded(document, f"forecast/{run.run_id}", {"explained": position})

    def make_plan(self, order: PlanOrder) -> PlanAnswer:
        """Make a plan from the served run.

        Raises:
            AllocationError: The order cannot be met.
            ServiceError: Nothing is being served yet.
            LedgerError: The plan could not be recorded; then there is none.
        """
        run = self.shelf.current.run
        try:
            resources = load_resources(self._workspace.resources_file, self._workspace.taxonomy())
            sets = Sets.of(self._workspace)
        except DataError as error:
            # Not the client's doing, and not the client's business where our files lie.
            problem = f"the workspace's resources cannot be used: {error.problem}"
            raise ServiceError(problem, fix=error.fix) from error
        choices = Choices(
            horizon=order.horizon or run.next_horizon,
            total_hours=order.total_hours,
            minimum_per_area=order.minimum_hours,
            maximum_per_area=order.maximum_hours,
            minimum_per_district=order.district_minimum or {},
        )
        record = draft(run, resources, choices, Books(self.ledger, self.files, ACTOR), sets)
        return PlanAnswer(
            audit_id=record.audit_id,
            plan_id=record.plan_id,
            decided_as=record.audit_id,
            notices=record.document["notices"],
            plan=record.document,
        )

    def plan(self, plan_id: str) -> bytes:
        """Return a recorded plan as JSON.

        Raises:
            NoSuchRecordError: There is no such plan.
            LedgerError: The plan's file was changed, or the answer could not be recorded.
        """
        record = load_plan(self.ledger, self.files, plan_id)
        document = {
            "plan_id": record.plan_id,
            "decided_as": record.audit_id,
            "notices": self._notices_now(record.document),
            "plan": record.document,
        }
        return self._recorded(document, f"{PLAN}/{plan_id}", {})

    def event(self, audit_id: str) -> dict[str, Any]:
        """Return a recorded event.

        Raises:
            NoSuchRecordError: No event has this identifier.
        """
        return self.ledger.event(audit_id).as_document()

    def _notices_now(self, plan: dict[str, Any]) -> list[str]:
        """Return a plan's notices, and that its model is suspended if it has been since: the plan stays as recorded."""
        held = suspension_of(self.ledger, plan["forecast"]["model_version"])
        notices = list(plan["notices"])
        return notices if NOTICE in notices or held is None or not held.strands else [*notices, NOTICE]

    def _run(self, run_id: str) -> ForecastRun:
        if self.shelf.filled and self.shelf.current.run.run_id == run_id:
            return self.shelf.current.run
        return self._older(run_id, self.shelf.suspension)

    def _load(self, run_id: str, suspension: str | None) -> ForecastRun:
        del suspension  # when it changes, runs are read again: they bear other notices
        return load_run(self.ledger, self.files, run_id)

    def _recorded(self, document: dict[str, Any], subject: str, details: dict[str, Scalar]) -> bytes:
        """Record an answer and return it with its audit id in front.

        The object hash is that of the answer without `audit_id`: an opening brace and the exact bytes after the first
        member.
        """
        body = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        digest = hashlib.sha256(body).hexdigest()
        event = self.ledger.append(Draft("consultation", subject, ACTOR, object_hash=digest, details=details))
        return b'{"audit_id":"' + event.audit_id.encode() + b'",' + body[1:]


def _rows(snapshot: Snapshot, positions: list[int]) -> list[dict[str, Any]]:
    names = ("level", "area_code", "strand", "period_start", "horizon", "mean", "fallback", "notices", *QUANTILES)
    taken = {name: snapshot.columns[name][positions] for name in names}
    taken["period_start"] = taken["period_start"].astype("datetime64[D]").astype(str)
    columns = {name: values.tolist() for name, values in taken.items()}
    plain = ("level", "area_code", "strand", "period_start", "horizon", "mean")
    return [
        {
            "forecast_id": f"{snapshot.run.run_id}:{position}",
            **{name: columns[name][number] for name in plain},
            "quantiles": {name: columns[name][number] for name in QUANTILES},
            "fallback": columns["fallback"][number],
            "notices": [code for code in columns["notices"][number].split(";") if code],
        }
        for number, position in enumerate(positions)
    ]
