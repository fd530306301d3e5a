"""Answers of every kind, given once and then made again: how many are the same to the bit, and how long one takes.

    python -m benchmarks.replays WORKSPACE FOLDER [--answers 200] [--runs 3] [--plans 9] [--seed 1]

WORKSPACE holds data and a champion, and is copied to FOLDER first. There runs are forecast from several knowledge
dates, explained, and planned for with other hours; plans are edited, issued and rejected by command. Then the service
is asked on the copy as planners, data scientists and auditors ask. Of all that was answered and decided a sample is
drawn (every run, plan and decision, and of the rest at random) and replayed in this process.
"""

import argparse
import io
import json
import logging
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from starlette.testclient import TestClient

from features.workspace import Workspace
from ledger.events import Event
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.kinds import FORECAST
from models.replay.manifest import ASKED
from models.replay.replay import Replayer
from serving.record.again import ServedAgain
from strandcast.app import run
from tests.support.services import running_service

# Plan by plan a hundredth more: rules may hold a plan near to the one that was issued last.
HOURS_AN_AREA = 8
# How a plan tells that a post serves all strands of its area at once.
TOGETHER = "together"


def command(root: Path, *arguments: object) -> dict[str, Any]:
    """Run a command and return its document.

    Raises:
        SystemExit: It failed.
    """
    said, told = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(told):
        code = run([*map(str, arguments), "--workspace", str(root), "--json"])
    if code:
        raise SystemExit(f"{' '.join(map(str, arguments))}: {told.getvalue()}")
    document: dict[str, Any] = json.loads(said.getvalue())
    return document


def forecasts(root: Path, runs: int) -> list[dict[str, Any]]:
    """Forecast from the newest knowledge date, and from one week, two weeks ... before it."""
    newest = command(root, "forecast")
    as_of = date.fromisoformat(newest["as_of"])
    return [newest, *(command(root, "forecast", "--as-of", as_of - timedelta(weeks=at)) for at in range(1, runs))]


def explained(root: Path, made: dict[str, Any], rng: np.random.Generator) -> None:
    """Explain the total and one area of a run, at the first and the last horizon."""
    strand, area = rng.choice(made["strands"]), rng.choice(list(made["names"]))
    at = ("--run", made["run_id"], "--strand", strand)
    for more in ((), ("--area", area, "--horizon", max(made["horizons"]))):
        command(root, "explain", *at, *more)


def planned(root: Path, runs: list[dict[str, Any]], plans: int) -> list[str]:
    """Plan by turns for each run with other hours, and return the plans; of three one is edited, and one rejected."""
    made: list[str] = []
    for number in range(plans):
        about = runs[number % len(runs)]
        hours = round(about["areas"] * HOURS_AN_AREA * (1 + number / 100))
        plan = command(root, "allocate", "--run", about["run_id"], "--hours", hours)
        made.append(plan["plan_id"])
        if number % 3 == 1:
            post = next(post for post in plan["posts"] if post["hours"] > 0)
            strand = () if post["strand"] == TOGETHER else (post["strand"],)
            cell = ":".join((post["resource"], post["area_code"], *strand))
            decided = ("--set", f"{cell}={post['hours'] + 1:.2f}", "--by", "Bo", "--reason", "a festival")
            changed = command(root, "plans", "edit", plan["plan_id"], *decided)
            command(root, "plans", "issue", changed["plan_id"], "--by", "Cy")
            made.append(changed["plan_id"])
        if number % 3 == 2:
            command(root, "plans", "reject", plan["plan_id"], "--by", "Di", "--reason", "too few hours")
    return made


def asked(client: TestClient, plans: list[str], rng: np.random.Generator, answers: int) -> None:
    """Ask the service: pages of forecasts under filters, explanations, periods, plans, models and events."""
    about = client.get("/v1/periods").json()
    horizons, strands = [item["horizon"] for item in about["periods"]], about["strands"]
    ids: list[str] = []
    for number in range(answers):
        kind = number % 8
        if kind in (0, 1, 2):
            params = {"strand": rng.choice(strands), "horizon": int(rng.choice(horizons)), "limit": 20 + number}
            found = client.get("/v1/forecasts", params=params, headers={"accept": ("text/csv", "*/*")[kind > 0]})
            ids += [row["forecast_id"] for row in found.json()["rows"]] if kind else []
        elif kind in (3, 4, 5):
            found = client.get(f"/v1/explanations/{ids[int(rng.integers(len(ids)))]}" if ids else "/v1/periods")
        elif kind == 6:
            found = client.get(f"/v1/plans/{rng.choice(plans)}")
        else:
            found = client.get(("/v1/periods", "/v1/plans", "/v1/models", "/v1/champions")[number // 8 % 4])
        if found.status_code != 200:
            raise SystemExit(f"{found.request.url}: {found.status_code} {found.text[:200]}")


def sampled(ledger: Ledger, since: str, answers: int, rng: np.random.Generator) -> Iterator[tuple[str, Event]]:
    """Yield what is replayed, with its kind: all runs, plans and decisions since, and others at random to `answers`."""
    made: dict[str, list[Event]] = defaultdict(list)
    for event in ledger.events(newest_first=False):
        kind = event.draft.object.partition("/")[0]
        if (
            event.time < since
            or event.draft.outcome != "ok"
            or (kind not in (FORECAST, "plan", "explanation") and ASKED not in event.draft.details)
        ):
            continue
        if ASKED in event.draft.details:
            made[f"answer: {str(event.draft.details[ASKED]).split('?')[0].split('/')[2]}"].append(event)
        else:
            made[f"{kind}: {event.draft.details.get('act', event.draft.operation)}"].append(event)
    first = [(kind, event) for kind, events in made.items() if not kind.startswith("answer") for event in events]
    rest = [(kind, event) for kind, events in made.items() if kind.startswith("answer") for event in events]
    order = rng.permutation(len(rest))[: max(answers - len(first), 0)]
    yield from [*first, *(rest[at] for at in sorted(order))][:answers]


def main() -> None:
    """Give answers, make them again and print how many are the same."""
    logging.disable(logging.INFO)
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("workspace", type=Path)
    parser.add_argument("folder", type=Path)
    for name, default in (("--answers", 200), ("--runs", 3), ("--plans", 9), ("--seed", 1)):
        parser.add_argument(name, type=int, default=default)
    given = parser.parse_args()
    rng, root = np.random.default_rng(given.seed), given.folder
    shutil.copytree(given.workspace, root)
    command(root, "upgrade")
    # What the workspace was given with may be of a former version, which kept no manifests.
    began, since = perf_counter(), datetime.now(UTC).isoformat()
    made = forecasts(root, given.runs)
    for one in made:
        explained(root, one, rng)
    plans = planned(root, made, given.plans)
    with running_service(root) as client:
        asked(client, plans, rng, given.answers)
    print(f"given in {perf_counter() - began:,.0f} s, by {len(made)} runs and {given.plans} plans")
    workspace = Workspace.open(root)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    seconds: dict[str, list[float]] = defaultdict(list)
    with Ledger.open(workspace.database_url, lambda: datetime.now(UTC)) as ledger:
        replayer = Replayer(ledger, FileStore(root), workspace.settings.salt, ServedAgain(workspace, ledger))
        for kind, event in list(sampled(ledger, since, given.answers, rng)):
            began = perf_counter()
            found = replayer.replay(event.audit_id)
            seconds[kind].append(perf_counter() - began)
            counts[kind][found.outcome] += 1
            if found.outcome != "same":
                print(f"  {kind}, {event.audit_id}: {found.sentence()}")
    synthetic = " (SYNTHETIC)" if workspace.settings.synthetic else ""
    print(f"{sum(map(Counter.total, counts.values()))} answers and decisions made again{synthetic}")
    for kind, outcomes in sorted(counts.items()):
        told = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
        print(f"  {kind:<28} {told:<24} median {np.median(seconds[kind]):.2f} s, most {max(seconds[kind]):.2f} s")


if __name__ == "__main__":
    main()
