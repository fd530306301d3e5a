"""Releases against a clerk who keeps every row in a list, with its place in its file and since when it is known."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from features.feeds.mapping import FeedMapping
from features.quarantine.rows import quarantined_rows, quarantined_totals
from features.workspace import Workspace
from tests.support.archive import MemoryArchive
from tests.support.exports import counted, ingest_export, make_mapping, make_workspace, write_csv
from tests.support.releases import release_again, release_corrected, release_replaced

HEADER = "when,where,what,id,n,rev,recorded"
AREAS = "area_code\nA\nB\n"
STEPS = 5
VIEWS = [
    date(2024, 1, 4),
    date(2024, 1, 21),
    *(date(2024, 2, 15) + timedelta(30 * step) for step in range(STEPS)),
    None,
]
# What is wrong with a row, and the rule that it breaks then.
RULES = {
    "where": "outside-areas",
    "when": "bad-date",
    "n": "bad-count",
    "recorded": "bad-recorded-date",
    "torn": "ragged-row",
}


@dataclass(frozen=True)
class Line:
    """A row of an export: what it means to say, and the defect that it has."""

    day: int
    area: str
    key: str
    count: int
    revision: int
    recorded: int | None
    defect: str = ""

    def cells(self) -> dict[str, str]:
        recorded = "" if self.recorded is None else f"2024-01-{self.recorded} 12:00"
        meant = {"when": f"2024-01-0{self.day}", "where": self.area, "what": "x", "id": self.key, "n": str(self.count)}
        meant |= {"rev": str(self.revision), "recorded": recorded}
        return meant | ({self.defect: "Z"} if self.defect in meant else {})

    def text(self) -> str:
        return ",".join([*self.cells().values(), *(["one more"] if self.defect == "torn" else [])])

    def known(self) -> datetime:
        if self.recorded is None:
            return datetime(2024, 1, self.day, tzinfo=UTC) + timedelta(days=1)
        return datetime(2024, 1, self.recorded, 12, tzinfo=UTC)


LINES = st.builds(
    Line,
    day=st.integers(1, 3),
    area=st.sampled_from("AB"),
    key=st.sampled_from(["", "1", "2"]),
    count=st.sampled_from([1, 2, -1]),
    revision=st.integers(1, 3),
    recorded=st.sampled_from([None, 10, 20]),
    defect=st.sampled_from(["", "", *RULES]),
)
FILES = st.lists(LINES, min_size=1, max_size=6)


@dataclass(frozen=True)
class Correction:
    """A release: the rows (by what is drawn) that are corrected, or corrected into another defect."""

    chosen: tuple[int, ...]
    into: str


CORRECTIONS = st.builds(
    Correction,
    chosen=st.lists(st.integers(0, 9), min_size=1, max_size=4).map(tuple),
    into=st.sampled_from(["", "", *RULES]),
)
ACTS = st.lists(st.one_of(FILES, CORRECTIONS, st.sampled_from(["Z to A", "again"])), min_size=2, max_size=STEPS)


def at(step: int) -> datetime:
    return datetime(2024, 2, 1, 9, tzinfo=UTC) + timedelta(days=30 * step)


@dataclass(frozen=True)
class Kept:
    """A line that counts, with its place and since when it is known."""

    line: Line
    place: tuple[int, int]
    known: datetime


@dataclass
class Clerk:
    """Keeps lists.

    Attributes:
        revised: The newest revision of a key counts.
        kept: Rows that were accepted.
        open: Place -> row in quarantine.
        covered: First and last day of what each file, or release, covers.
    """

    revised: bool
    kept: list[Kept] = field(default_factory=list)
    open: dict[tuple[int, int], Line] = field(default_factory=dict)
    covered: list[tuple[int, int, int]] = field(default_factory=list)

    def take(self, number: int, lines: Sequence[Line]) -> None:
        """Take in a file."""
        held, covered = {item.line.key for item in self.kept if item.line.key}, list(self.covered)
        for row, line in enumerate(lines, start=2):
            if line.defect:
                self.open[number, row] = line
                continue
            late = line.key in held and (line.count < 0 or self.revised)
            late |= not line.key and line.count < 0 and any(first <= line.day <= last for _, first, last in covered)
            self._keep(line, (number, row), max(line.known(), at(number)) if late else line.known())
        good = [line.day for line in lines if not line.defect]
        self.covered.append((number, min(good), max(good)))

    def let_go(self, step: int, corrected: dict[tuple[int, int], Line]) -> None:
        """Release corrected rows, in the order of their files; those with a defect stay as they are corrected."""
        for place, line in sorted(corrected.items()):
            self.open[place] = line
            if not line.defect:
                del self.open[place]
                self._keep(line, place, max(line.known(), at(step)))
        for number in {place[0] for place in corrected}:
            days = [item.line.day for item in self.kept if item.place[0] == number]
            self.covered.append((number, min(days), max(days)))

    def view(self, as_of: date | None) -> dict[tuple[str, str, str], int]:
        limit = datetime.combine(as_of or date(9999, 1, 1), time(), UTC)
        known = [item for item in self.kept if item.known <= limit]
        totals: Counter[tuple[str, str, str]] = Counter()
        for item in known:
            newer = any(
                other.line.key == item.line.key
                and (other.line.revision, other.place) > (item.line.revision, item.place)
                for other in known
            )
            if not (self.revised and item.line.key and newer):
                count = max(item.line.count, 0) if self.revised and item.line.key else item.line.count
                totals[f"2024-01-0{item.line.day}", item.line.area, "x"] += count
        return {key: total for key, total in totals.items() if total}

    def _keep(self, line: Line, place: tuple[int, int], known: datetime) -> None:
        if not (line.key and any(line == item.line for item in self.kept)):
            self.kept.append(Kept(line, place, known))


def mapping(*, revised: bool) -> FeedMapping:
    columns = {"count": "n", "recorded_at": "recorded", "incident_id": "id"} | ({"revision": "rev"} if revised else {})
    return make_mapping(columns)


def corrected_cells(before: Line, after: Line) -> dict[str, str]:
    """Return what the user writes into an exported row: everything where nothing of it was known."""
    return (
        after.cells() if before.defect == "torn" else {key: cell for key, cell in after.cells().items() if key != "id"}
    )


@settings(max_examples=25)
@given(acts=ACTS, revised=st.booleans())
def test_releases_are_the_clerk_s_and_change_no_earlier_view(
    acts: list[list[Line] | Correction | str], revised: bool
) -> None:
    with TemporaryDirectory() as name:
        folder, archive, clerk = Path(name), MemoryArchive(), Clerk(revised)
        workspace, terms = make_workspace(folder / "w", areas=AREAS), mapping(revised=revised)
        earlier: dict[date, dict[tuple[str, str, str], int]] = {}
        for step, act in enumerate(acts):
            if isinstance(act, list):
                # One good row at least, and no two files of the same bytes.
                good = Line(1, "A", f"file {step}", 1, 1, None)
                lines = [good, *(line if revised else replace(line, revision=1) for line in act)]
                path = write_csv(folder / f"{step}.csv", HEADER, [line.text() for line in lines])
                ingest_export(workspace, path, terms, archive, at(step))
                clerk.take(step, lines)
                earlier.clear()
            else:
                released(act, step, clerk, workspace, archive, terms)
            held = {row.id: row for row in quarantined_rows(archive)}
            places = {(int(row.file.removesuffix(".csv")), row.row): row.rule for row in held.values()}
            assert places == {place: RULES[line.defect] for place, line in clerk.open.items()}
            for as_of in VIEWS:
                view = counted(archive, as_of)
                assert view == clerk.view(as_of)
                if as_of is not None and datetime.combine(as_of, time(), UTC) <= at(step):
                    assert view == earlier.get(as_of, view)
                    earlier[as_of] = view


def released(
    act: Correction | str, step: int, clerk: Clerk, workspace: Workspace, archive: MemoryArchive, terms: FeedMapping
) -> None:
    """Release in the store and at the clerk's, and compare the accounts."""
    rows = {(int(row.file.removesuffix(".csv")), row.row): row.id for row in quarantined_rows(archive)}
    before = quarantined_totals(archive)
    if isinstance(act, Correction):
        chosen = {place for index in act.chosen for place in sorted(rows)[index : index + 1]}
        into = "" if act.into == "torn" else act.into
        after = {place: replace(clerk.open[place], defect=into) for place in chosen}
        if not after:
            return
        cells = {rows[place]: corrected_cells(clerk.open[place], line) for place, line in after.items()}
        report = release_corrected(workspace, archive, cells, at(step), mapping=terms)
    elif act == "Z to A":
        after = {
            place: replace(line, area="A", defect="") for place, line in clerk.open.items() if line.defect == "where"
        }
        if not after:
            return
        report = release_replaced(workspace, archive, ("area_code", "z", "A"), at(step), mapping=terms)
    else:
        after = {place: line for place, line in clerk.open.items() if line.defect != "torn"}
        if not after:
            return
        report = release_again(workspace, archive, at(step), mapping=terms)
    kept = len(clerk.kept)
    clerk.let_go(step, after)
    still = sum(line.defect != "" for line in after.values())
    accounts = report.accounts
    assert accounts.read == accounts.accepted + accounts.duplicate + accounts.superseded + accounts.quarantined
    assert (accounts.read, accounts.quarantined, report.released) == (len(after), still, len(after) - still)
    assert accounts.accepted + accounts.superseded == len(clerk.kept) - kept
    totals = quarantined_totals(archive)
    assert (totals.released - before.released, before.open - totals.open) == (report.released, report.released)
