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
from features.knowledge import Knowledge
from ledger.artefacts import Artefact
from ledger.events import Draft, Scalar
from ledger.texts import settled
from models.allocation.decisions.history import history
from models.allocation.decisions.record import load_plan
from models.books import Books
from models.disclosure.blocks import Block, due
from models.disclosure.expected import Means, expected, reasons
from models.disclosure.ground import Ground
from models.disclosure.hours import hours
from models.disclosure.places import Places
from models.disclosure.published import COLUMNS, FOLDER, KIND, SCHEMA, TableName, load_published
from models.disclosure.recent import Recent, recent_counts, target_of
from models.disclosure.recorded import count
from models.disclosure.rules import Rules
from models.disclosure.showing import Shown, shown
from models.runs import ForecastRun

RECIPIENT = "partners and the public"
Cells = list[list[Any]]


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
    recent = recent_counts(ground, run)
    if run is not None:
        tables["expected"], tables["reasons"] = _expected(ground, run, recent)
    tables["hours"] = _hours(ground, tables["expected"], recent, books)
    return _record(tables, ground, marks, books) if any(tables.values()) else None


def _counts(ground: Ground) -> Cells:
    rules, places = ground.rules, ground.places
    wanted = due(
        ground.panel,
        ground.before.last_days,
        rules.periods_together,
        rules.first_periods,
        same=ground.is_defined_as_before,
    )
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


def _expected(ground: Ground, run: ForecastRun, recent: Mapping[str, Recent]) -> tuple[Cells, Cells]:
    start = target_of(run)
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


def _hours(ground: Ground, just_expected: Cells, recent: Mapping[str, Recent], books: Books) -> Cells:
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
            strand: found.shown & np.array([(strand, *place) in own for place in named], dtype=np.bool_)
            for strand, found in recent.items()
        }
        document = load_plan(books.ledger, books.files, status.plan_id).document
        given = hours(document, ground.panel.areas.codes, places, where, ground.terms.minimum, step)
        first = date.fromisoformat(document["period"]["start"])
        number = periods.ordinal(first, document["period"]["kind"])
        block = Block(number, number, document["period"]["kind"])
        for strand, numbers in (given or {}).items():
            told.add(status.start)
            listed = _cells(places, block, numbers, strand)
            cells += [cell for cell in listed if cell[2] == ground.rules.level]
    return cells


def _record(tables: dict[TableName, Cells], ground: Ground, marks: Sequence[str], books: Books) -> PublishedSet:
    terms = {
        "rules": ground.rules.model_dump(mode="json", exclude={"ours"}),
        "taxonomy": ground.taxonomy,
        "defined_since": ground.defined_since,
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
