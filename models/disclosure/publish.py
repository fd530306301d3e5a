"""Publishing: the next set of tables for partners and the public, recorded before anybody is given it.

What leaves is one fixed set. A number is published once: revisions, other levels and other periods of the same days
never follow, because the difference of two numbers is a number of its own. Every export and every answer to a partner
is a choice of rows of the sets, and so tells nothing that they do not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from features import periods
from features.counting import countable, flat_areas
from features.incidents.incidents import Incidents
from features.knowledge import Knowledge
from features.panel import Panel
from ledger.artefacts import Artefact
from ledger.events import Draft, Scalar
from ledger.texts import settled
from models.allocation.decisions.history import history
from models.allocation.decisions.record import load_plan
from models.books import Books
from models.disclosure.blocks import Block, covered, due
from models.disclosure.expected import Means, expected, reasons
from models.disclosure.hours import hours
from models.disclosure.measure import Measure
from models.disclosure.places import Bools, Places
from models.disclosure.published import COLUMNS, FOLDER, KIND, SCHEMA, Published, TableName, load_published
from models.disclosure.recorded import Counts, Terms, count, partners_beside, sharing
from models.disclosure.rules import Rules
from models.disclosure.showing import Shown, Table, shown
from models.levels import FORCE
from models.runs import ForecastRun

RECIPIENT = "partners and the public"
Cells = list[list[Any]]


@dataclass(frozen=True, eq=False)
class Ground:
    """What a set is made from.

    Attributes:
        rules: What may leave.
        terms: What the feeds' contracts ask for.
        places: Where it is told.
        incidents: What is known.
        panel: The same, counted.
        before: What has been published.
    """

    rules: Rules
    terms: Terms
    places: Places
    incidents: Incidents
    panel: Panel
    before: Published

    @classmethod
    def of(cls, root: Path, knowledge: Knowledge, as_of: date | None, rules: Rules, before: Published) -> "Ground":
        """Return the ground of what is known on a day.

        Raises:
            DataError: Nothing is known, a contract cannot be used, or the areas do not have the level.
        """
        incidents = knowledge.store.view(as_of, knowledge.areas)
        panel = knowledge.at(as_of).panel
        areas = knowledge.areas or flat_areas(incidents)
        # Weeks that are forecast from months are no counts of weeks.
        incidents, _ = countable(incidents, panel.kind)
        terms = Terms.of(root, incidents, rules, areas.parents.get(FORCE, ()))
        return cls(rules, terms, Places.of(areas, rules.level), incidents, panel, before)

    def counted(self) -> list[str]:
        """Return the strands whose periods are counted, none of them in part split from longer ones."""
        months = self.panel.from_months.tolist()
        own = set(self.incidents.strand_names)
        return [name for name, split in zip(self.panel.strands, months, strict=True) if name in own and not split]

    def may(self, strand: str) -> Bools:
        """Return the places of which a strand may be shown at all: large enough, and its feeds reach all of it."""
        reach = covered(self.panel)[:, self.panel.strands.index(strand)]
        return self.places.large_enough(self.rules.minimum_residents) & self.places.everywhere(reach)

    def table(self, counts: Counts, block: int, strand: str) -> Table:
        """Return a strand's counts of one block."""
        at = self.incidents.strand_names.index(strand)
        beside = partners_beside(self.incidents, self.terms, strand)
        own = {name: values[block, at] for name, values in counts.own.items() if name in beside}
        return Table(counts.all[block, at], own, self.may(strand))

    def measure(self, strand: str) -> Measure:
        """Return how counts of a strand are shown."""
        return Measure(self.terms.minimum[strand], self.rules.round_to)


@dataclass(frozen=True)
class PublishedSet:
    """A set that was published just now.

    Attributes:
        name: Its name.
        audit_id: The event that recorded it.
        rows: Table to its number of rows.
        hidden: Table to how many of their numbers are hidden.
        periods: First day of each period that counts were published of.
    """

    name: str
    audit_id: str
    rows: dict[str, int]
    hidden: dict[str, int]
    periods: tuple[str, ...] = field(default=())

    def as_document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "set": self.name,
            "audit_id": self.audit_id,
            "rows": self.rows,
            "hidden": self.hidden,
            "periods": list(self.periods),
        }


def publish(ground: Ground, run: ForecastRun | None, marks: Sequence[str], books: Books) -> PublishedSet | None:
    """Publish what is new: counts that are complete by now, what the run expects, hours of plans issued since.

    Args:
        ground: What is known and what was published.
        run: The forecast whose expected numbers are to be told; None: none.
        marks: What stands with everything shown.
        books: Hold plans, and record the set.

    Returns:
        None where nothing is new.

    Raises:
        LedgerError: It could not be recorded: nothing was published.
    """
    tables: dict[TableName, Cells] = {"counts": _counts(ground), "expected": [], "reasons": [], "hours": []}
    recent = _recent(ground)
    if run is not None:
        tables["expected"], tables["reasons"] = _expected(ground, run, recent)
    tables["hours"] = _hours(ground, tables["expected"], recent, books)
    return _record(tables, ground, marks, books) if any(tables.values()) else None


def _counts(ground: Ground) -> Cells:
    rules, places = ground.rules, ground.places
    wanted = due(ground.panel, ground.before.last_days, rules.periods_together, rules.first_periods)
    blocks = list(wanted)
    counts = count(ground.incidents, ground.panel.kind, [(b.first, b.last) for b in blocks], places, ground.terms)
    cells: Cells = []
    for number, block in enumerate(blocks):
        for strand in wanted[block]:
            told = shown(places, ground.table(counts, number, strand), ground.measure(strand))
            cells += _cells(places, block, told, strand)
    return cells


def _cells(places: Places, block: Block, told: Shown, strand: str) -> Cells:
    """Return a row for each place that has a name; a hidden number is None."""
    first, last = (day.isoformat() for day in block.days)
    listed = zip(places.levels, places.codes, told.steps.tolist(), told.numbers.tolist(), strict=True)
    return [
        [first, last, level, code, strand, step, None if np.isnan(value) else int(value)]
        for level, code, step, value in listed
        if code
    ]


def _expected(ground: Ground, run: ForecastRun, recent: Mapping[str, Bools]) -> tuple[Cells, Cells]:
    start = run.frame.loc[run.frame["horizon"] == run.next_horizon, "period_start"].iloc[0].date()
    kind = run.meta["period"]
    number = periods.ordinal(start, kind)
    block = Block(number, number, kind)
    if start.isoformat() in ground.before.starts("expected"):
        return [], []
    places, rules = ground.places, ground.rules
    means = Means.of(run, ground.panel.areas.codes, places)
    numbers = expected(means, places, ground.terms.minimum, rules.round_to, recent)
    cells = [cell for strand, values in numbers.items() for cell in _cells(places, block, values, strand)]
    first, last = (day.isoformat() for day in block.days)
    relied = [
        [first, last, places.levels[place], places.codes[place], strand, group, share]
        for place, strand, group, share in reasons(means, places, numbers, rules.share_round_to)
    ]
    return cells, relied


def _recent(ground: Ground) -> dict[str, Bools]:
    """Return for each strand the places of which every count of the newest periods can be shown, and has been.

    The newest periods are looked at as they are known now, published or not, each by itself.
    """
    panel, rules, places = ground.panel, ground.rules, ground.places
    end = panel.first + len(panel.counts)
    newest = [(number, number) for number in range(max(panel.first, end - rules.recent_periods), end)]
    counts = count(ground.incidents, panel.kind, newest, places, ground.terms)
    since = periods.start(end - rules.recent_periods, panel.kind).isoformat()
    was_hidden = {
        (row["strand"], row["level"], row["place"])
        for row in ground.before.tables["counts"]
        if row["recorded"] is None and row["last_day"] >= since
    }
    result = {}
    for strand in ground.counted():
        kept = np.array(
            [(strand, *place) not in was_hidden for place in zip(places.levels, places.codes, strict=True)],
            dtype=np.bool_,
        )
        for number in range(len(newest)):
            kept &= shown(places, ground.table(counts, number, strand), ground.measure(strand)).visible
        result[strand] = kept
    # What is expected of a strand rests on all of its incidents, also on those that are counted under another one.
    shared = sharing(ground.incidents)
    nowhere = np.zeros(len(places), dtype=np.bool_)
    return {
        strand: np.logical_and.reduce([kept, *(result.get(other, nowhere) for other in shared[strand])])
        for strand, kept in result.items()
    }


def _hours(ground: Ground, just_expected: Cells, recent: Mapping[str, Bools], books: Books) -> Cells:
    """Return hours of plans issued for periods of which expected numbers are published."""
    columns = COLUMNS["expected"]
    rows = [*ground.before.tables["expected"], *(dict(zip(columns, cell, strict=True)) for cell in just_expected)]
    places, step = ground.places, ground.rules.hours_round_to
    # A ward may bear the name of its district.
    named = list(zip(places.levels, places.codes, strict=True))
    told, cells = set(ground.before.starts("hours")), []
    for status in history(books.ledger).plans.values():
        own = {
            (row["strand"], row["level"], row["place"])
            for row in rows
            if row["first_day"] == status.start and row["expected"]
        }
        if status.state != "issued" or status.start in told or not own:
            continue
        where = {
            strand: shown_now & np.array([(strand, *place) in own for place in named], dtype=np.bool_)
            for strand, shown_now in recent.items()
        }
        document = load_plan(books.ledger, books.files, status.plan_id).document
        found = hours(document, ground.panel.areas.codes, places, where, ground.terms.minimum, step)
        first = date.fromisoformat(document["period"]["start"])
        number = periods.ordinal(first, document["period"]["kind"])
        block = Block(number, number, document["period"]["kind"])
        for strand, numbers in (found or {}).items():
            told.add(status.start)
            listed = _cells(places, block, numbers, strand)
            cells += [cell for cell in listed if cell[2] == ground.rules.level]
    return cells


def _record(tables: dict[TableName, Cells], ground: Ground, marks: Sequence[str], books: Books) -> PublishedSet:
    terms = {
        "rules": ground.rules.model_dump(mode="json", exclude={"ours"}),
        "minimum": dict(sorted(ground.terms.minimum.items())),
        "as_of": ground.panel.as_of.isoformat(),
        "marks": list(marks),
    }
    document = {"schema": SCHEMA, "terms": terms, "tables": tables}
    text = settled(document)
    stored = books.files.put(text, FOLDER, ".json")
    name = f"{ground.panel.as_of.isoformat()}-{stored.sha256[:12]}"
    rows = {str(table): len(cells) for table, cells in tables.items()}
    hidden = {str(table): sum(cell[-1] is None for cell in cells) for table, cells in tables.items()}
    starts = tuple(sorted({cell[0] for cell in tables["counts"]}))
    details: dict[str, Scalar] = {"act": "publish", **{f"{table}_rows": number for table, number in rows.items()}}
    draft = Draft(
        "disclosure",
        f"{KIND}/{name}",
        books.actor,
        object_hash=stored.sha256,
        recipient=RECIPIENT,
        details=details,
    )
    meta: dict[str, Any] = {"schema": SCHEMA, "as_of": terms["as_of"], "level": ground.rules.level, "rows": rows}
    event = books.ledger.append(draft, artefacts=[Artefact.of(KIND, name, stored, meta)])
    return PublishedSet(name, event.audit_id, rows, hidden, starts)


def ground_of(root: Path, knowledge: Knowledge, as_of: date | None, rules: Rules, books: Books) -> Ground:
    """Return what the next set of a workspace is made from.

    Raises:
        DataError: Nothing is known, a contract cannot be used, or the areas do not have the level.
        LedgerError: A set of before is absent or was changed.
    """
    return Ground.of(root, knowledge, as_of, rules, load_published(books.ledger, books.files))
