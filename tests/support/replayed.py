"""A SYNTHETIC deployment in which all that can be replayed was done once: a run, explanations, plans, decisions."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from features.calendar import Calendar
from features.knowledge import Known
from features.workspace import Workspace
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.allocation.choices import Choices, Lock
from models.allocation.decisions.answers import asked_of, decline
from models.allocation.decisions.decide import issue
from models.allocation.decisions.drafts import Sets, around, draft, edit
from models.allocation.resources import load_resources
from models.books import Books
from models.boosted import BoostingSettings
from models.explanation.contributions import explain_run
from models.registry import CHAMPION, KIND, load
from models.runs import load_run
from models.stand_in import in_force
from models.week import notices_of, run_forecast
from tests.support import panels
from tests.support.forecast_runs import synthetic_workspace
from training.choice import Recipe
from training.record import Untracked
from training.train import train

PANEL = panels.panel(110, 6, districts=2)
RECIPE = Recipe("boosted", Calendar("GB-ENG"), 1, BoostingSettings(rounds=20, rows_in_leaf=20, threads=1))


@dataclass(frozen=True)
class Done:
    """What was done, by the names and audit ids that it can be asked for by."""

    root: Path
    version: str
    run_id: str
    plan_id: str
    edited: str
    around: str
    explained: str
    explained_later: str
    issued: str
    declined: str

    def named(self) -> tuple[str, ...]:
        """Return every identifier."""
        return tuple(value for value in vars(self).values() if isinstance(value, str))


def clock() -> "Ticking":
    """Return a clock that is a second later each time."""
    return Ticking()


class Ticking:
    """A clock that is a second later each time."""

    def __init__(self) -> None:
        self._seconds = count()

    def __call__(self) -> datetime:
        """Return the next second."""
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=next(self._seconds))


def opened(root: Path) -> Ledger:
    """Open the ledger of a workspace."""
    return Ledger.open(Workspace.open(root, environment={}).database_url, Ticking())


def forecast(ledger: Ledger, files: FileStore, version: str) -> str:
    """Record a run of a model as the command does, and return its name."""
    standing = in_force(load(ledger, files, version), ledger)
    run = run_forecast(
        Known(PANEL, "5e" * 32),
        standing,
        notices=notices_of(PANEL, standing, synthetic=True, proxies=()),
        attribution="Invented numbers.",
        ledger=ledger,
        files=files,
        actor="ann",
    )
    return run.run_id


def done(root: Path) -> Done:
    """Make a workspace and do everything once."""
    workspace, files = synthetic_workspace(root), FileStore(root)
    with opened(root) as ledger:
        books, sets = Books(ledger, files, "ann"), Sets.of(workspace)
        version = train(
            Known(PANEL, "5e" * 32),
            RECIPE,
            (1, 2),
            tracker=Untracked(),
            ledger=ledger,
            files=files,
            actor="ann",
            tell=lambda _: None,
        ).version
        ledger.append(Draft("model", f"model/{version}", "ann"), aliases={(KIND, CHAMPION): version})
        run_id = forecast(ledger, files, version)
        asked = {"area_code": "A001", "strand": "strand 0", "actor": "ann"}
        now, later = (explain_run(ledger, files, run_id, horizon=h, **asked).audit_id for h in (1, 2))
        run = load_run(ledger, files, run_id)
        resources = load_resources(workspace.resources_file, workspace.taxonomy())
        plan = draft(run, resources, Choices(horizon=1, total_hours=60.0), books, sets)
        changed = edit(books, sets, plan.plan_id, [Lock("patrol", "A001", 20.0)], by="Bo", reason="a festival")
        issued = issue(books, changed.plan_id, by="Cy").audit_id
        task = asked_of(books, changed.plan_id)[-1].task.task_id
        answered = decline(books, task, by="Di", reason="no staff").answer
        assert answered is not None
        other = around(books, sets, changed.plan_id)
    return Done(
        root,
        version,
        run_id,
        plan.plan_id,
        changed.plan_id,
        other.plan_id,
        now,
        later,
        issued,
        answered.audit_id,
    )
