"""How often weekly monitoring alarms: on steady years, on the first year of the pandemic, and after planted shifts.

    python -m benchmarks.monitoring FOLDER [YEAR ...] [--shift STRAND=RATIO]

Makes a workspace of the bundled Toronto incidents in FOLDER. For each year a model is trained on what was known before
its first Monday; every Monday of the year the week is forecast and recorded and the model is looked at, with the
shipped thresholds and without ever being suspended or trained again. Nothing after 2020-12-27 is read.

With --shift (SYNTHETIC) from the first Monday of July on so large a share of a strand's incidents is recorded, as if it
were recorded otherwise.
"""

import argparse
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.areas.areas import Areas
from features.calendar import Calendar
from features.incidents.incidents import Incidents
from features.incidents.store import load_incidents
from features.knowledge import Knowledge, Store
from features.workspace import MONITOR, Workspace
from ledger.archive import Archive
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.books import Books
from models.monitoring.measures import Monitoring
from models.monitoring.monitor import monitor
from models.monitoring.thresholds import load_thresholds
from models.registry import Registered
from models.stand_in import in_force
from models.week import run_forecast
from strandcast.app import run
from training.choice import Recipe

TORONTO = Path(__file__).resolve().parents[1] / "examples" / "toronto"
LAST_DAY = date(2020, 12, 27)
HORIZONS = (1, 2)


class Shifted:
    """A store in which a strand is recorded otherwise from a day on. SYNTHETIC.

    Attributes:
        store: The real one.
        strand: The strand.
        ratio: Share of its incidents that is still recorded.
        since: First day of the new recording.
    """

    def __init__(self, store: Store, strand: str, ratio: float, since: date) -> None:
        self.store, self.strand, self.ratio, self.since = store, strand, ratio, since

    def view(self, as_of: date | datetime | None, areas: Areas | None = None) -> Incidents:
        """Return the view without the incidents that are recorded no more."""
        found: Incidents = self.store.view(as_of, areas)
        own = found.strand == found.strand_names.index(self.strand)
        later = own & (found.day >= np.datetime64(self.since))
        # Drawn from the incident's own place and day, so that every view loses the same ones.
        lost = later & (_drawn(found) >= self.ratio)
        return replace(found, count=np.where(lost, 0, found.count).astype(found.count.dtype))


def _drawn(found: Incidents) -> NDArray[np.float64]:
    """Return a number of 0-1 a row, which is not random but spread over days and rows."""
    day = found.day.astype("datetime64[D]").astype(np.int64)
    order = np.arange(len(day)) * 2654435761 + day * 40503
    share: NDArray[np.float64] = (order % 1_000_003) / 1_000_003
    return share


def mondays(year: int) -> list[date]:
    """Return the Mondays of a year that begin weeks of which nothing is later than the last day."""
    first = date(year, 1, 1) + timedelta(days=(-date(year, 1, 1).weekday()) % 7)
    found = [first + timedelta(weeks=k) for k in range(53)]
    return [day for day in found if day.year == year and day <= LAST_DAY]


def made(folder: Path) -> Workspace:
    """Return the workspace, made and filled if it is not there."""
    root = folder / "workspace"
    if not (root / "strandcast.toml").exists():
        run(["init", "--holidays", "CA-ON", "--workspace", str(root)])
        incidents, mapping = TORONTO / "incidents.parquet", TORONTO / "mapping.toml"
        run(["ingest", "incidents", str(incidents), "--mapping", str(mapping), "--workspace", str(root)])
    return Workspace.open(root)


def look_at(knowledge: Knowledge, champion: Registered, day: date, books: Books) -> Monitoring:
    """Forecast the week that begins on a day, and look at the model."""
    known = knowledge.at(day)
    standing = in_force(champion, books.ledger)
    run_forecast(known, standing, notices=[], attribution="", ledger=books.ledger, files=books.files, actor=books.actor)
    # No such file: the shipped thresholds.
    return monitor(knowledge, champion, load_thresholds(books.files.root / MONITOR), as_of=day, books=books)


def year_of(knowledge: Knowledge, year: int, books: Books, name: str) -> None:
    """Train before a year, look every Monday, and print the alarms."""
    days = mondays(year)
    before = knowledge.at(days[0]).panel
    model = Recipe("boosted", Calendar.load("CA-ON", None), 1).fit(before, HORIZONS)
    champion = Registered(f"boosted-{before.origin}-{name}", model, before.origin)
    alarms: Counter[tuple[str, str]] = Counter()
    lows: dict[str, list[float]] = defaultdict(list)
    first: dict[str, tuple[date, str]] = {}
    looked, worst = 0, Counter[str]()
    for day in days:
        found = look_at(knowledge, champion, day, books)
        looked += 1
        own = [v for v in found.verdicts if v.measure != "age"]
        worst[
            "suspend"
            if any(v.state == "suspend" for v in own)
            else "retrain"
            if any(v.state == "retrain" for v in own)
            else "none"
        ] += 1
        for verdict in own:
            if verdict.low is not None:
                lows[verdict.measure + (f" {verdict.detail}" if verdict.detail else "")].append(verdict.low)
            if verdict.state in ("retrain", "suspend"):
                alarms[verdict.measure + (f" {verdict.detail}" if verdict.detail else ""), verdict.state] += 1
                text = f"{verdict.measure} {verdict.detail} {verdict.value:.2f} ({verdict.evidence})"
                first.setdefault(f"{verdict.strand}: {verdict.state}", (day, text))
    print(f"\n{year} {name}: {looked} Mondays, worst of a Monday (age apart): {dict(worst)}")
    for (measure, state), times in sorted(alarms.items()):
        print(f"  {measure}: {state} {times} times (of {looked * len(before.strands)} strand-weeks)")
    for measure, values in sorted(lows.items()):
        most = f"95 % below {np.quantile(values, 0.95):.3f}, most {max(values):.3f}"
        print(f"  {measure}: near end of {len(values)} assessed, {most}")
    for what, (day, text) in sorted(first.items(), key=lambda item: item[1][0]):
        print(f"  first {day} {what}: {text}")


def main() -> None:
    """Print the alarms of each year."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("years", type=int, nargs="*", default=[2017, 2018, 2019, 2020])
    parser.add_argument("--shift", help="STRAND=RATIO, SYNTHETIC")
    asked = parser.parse_args()
    workspace = made(asked.folder)
    with Ledger.open(
        f"sqlite:///{asked.folder / f'{datetime.now(UTC):%H%M%S}.db'}", lambda: datetime.now(UTC)
    ) as ledger:
        with Ledger.open(workspace.database_url, lambda: datetime.now(UTC)) as real:
            store = load_incidents(Archive(real, FileStore(workspace.root), "benchmark"))
        books = Books(ledger, FileStore(asked.folder), "benchmark")
        for year in asked.years:
            source: Store = store
            name = "as recorded"
            if asked.shift:
                strand, _, ratio = asked.shift.partition("=")
                july = next(day for day in mondays(year) if day.month == 7)
                source, name = Shifted(store, strand, float(ratio), july), f"SYNTHETIC {asked.shift} from {july}"
            year_of(Knowledge(source, None, "week"), year, books, name)


if __name__ == "__main__":
    main()
