"""The store against a clerk who keeps every row in a list and looks at each of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from features.feeds.mapping import FeedMapping
from tests.support.archive import MemoryArchive
from tests.support.exports import (
    counted,
    ingest_export,
    ingest_police,
    make_mapping,
    make_workspace,
    police_file,
    police_row,
    write_csv,
)

HEADER = "when,where,what,id,n,rev,recorded"
ANY_CELL = st.sampled_from(["", "A", "a ", "12.0", "2024-01-03", "2099-01-01", "x", "1", "-1", "1e999", "n/a", "?"])
NASTY_ROWS = st.lists(st.lists(ANY_CELL, min_size=6, max_size=8).map(",".join), min_size=1, max_size=8)
GOOD_ROW = "2024-01-03,A,x,,1,,"
VIEWS = [date(2024, 1, 4), date(2024, 1, 5), date(2024, 1, 21), date(2024, 2, 15), date(2024, 3, 15), None]


def full_mapping(*, keyed: bool, revised: bool, delivery: str = "append") -> FeedMapping:
    columns = {"count": "n", "recorded_at": "recorded"}
    columns |= {"incident_id": "id"} if keyed else {}
    columns |= {"revision": "rev"} if keyed and revised else {}
    return make_mapping(columns, delivery=delivery)


def received(delivery: int) -> datetime:
    return datetime(2024, 2, 1, 9, tzinfo=UTC) + timedelta(days=30 * delivery)


@settings(max_examples=25)
@given(
    files=st.lists(NASTY_ROWS, min_size=1, max_size=3),
    keyed=st.booleans(),
    revised=st.booleans(),
    delivery=st.sampled_from(["append", "replaces-periods"]),
)
def test_every_row_is_accounted_for_and_a_second_ingest_changes_nothing(
    files: list[list[str]], keyed: bool, revised: bool, delivery: str
) -> None:
    with TemporaryDirectory() as name:
        folder, archive = Path(name), MemoryArchive()
        workspace, mapping = make_workspace(folder / "w"), full_mapping(keyed=keyed, revised=revised, delivery=delivery)
        for number, rows in enumerate(files):
            path = write_csv(folder / f"{number}.csv", HEADER, [GOOD_ROW, *rows, f"2024-01-04,file {number},x,,1,,"])
            accounts = ingest_export(workspace, path, mapping, archive, received(number)).accounts
            # A line with nothing in any column is a blank line, not a row.
            assert accounts.read == sum(row != "," * 6 for row in rows) + 2
            assert accounts.read == accounts.accepted + accounts.duplicate + accounts.superseded + accounts.quarantined
        held = (list(archive.rows), dict(archive.files), counted(archive))
        again = ingest_export(workspace, folder / "0.csv", mapping, archive, received(9)).accounts
        assert (again.duplicate, again.accepted) == (again.read, 0)
        assert (list(archive.rows), dict(archive.files), counted(archive)) == held


@dataclass(frozen=True)
class Line:
    """A clean row of an export; equal lines are equal rows."""

    day: int
    area: str
    key: str
    count: int
    revision: int
    recorded: int | None

    def text(self) -> str:
        recorded = "" if self.recorded is None else f"2024-01-{self.recorded} 12:00"
        return f"2024-01-0{self.day},{self.area},x,{self.key},{self.count},{self.revision},{recorded}"

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
)


def clerk(files: Sequence[Sequence[Line]], *, revised: bool, together: bool) -> list[tuple[Line, datetime]]:
    """Return the lines a clerk keeps, with when each was known; files that come together are not held before."""
    kept: list[tuple[Line, datetime]] = []
    for number, lines in enumerate(files):
        held = {line.key for line, _ in kept if line.key}
        covered = [(min(line.day for line in lines), max(line.day for line in lines)) for lines in files[:number]]
        for line in lines:
            if line.key and any(line == other for other, _ in kept):
                continue
            late = line.key in held and (line.count < 0 or revised)
            late |= not line.key and line.count < 0 and any(first <= line.day <= last for first, last in covered)
            late &= not (together and line.recorded is not None)
            receipt = received(0 if together else number)
            kept.append((line, max(line.known(), receipt) if late else line.known()))
    return kept


def clerk_view(
    kept: Sequence[tuple[Line, datetime]], as_of: date | None, *, revised: bool
) -> dict[tuple[str, str, str], int]:
    limit = datetime.combine(as_of or date(9999, 1, 1), time(), UTC)
    known = [line for line, at in kept if at <= limit]
    totals: Counter[tuple[str, str, str]] = Counter()
    for index, line in enumerate(known):
        newer = [
            other
            for later, other in enumerate(known)
            if other.key == line.key and (other.revision, later) > (line.revision, index)
        ]
        if not (revised and line.key and newer):
            totals[f"2024-01-0{line.day}", line.area, "x"] += max(line.count, 0) if revised and line.key else line.count
    return {key: total for key, total in totals.items() if total}


@settings(max_examples=40)
@given(
    files=st.lists(st.lists(LINES, min_size=1, max_size=6), min_size=1, max_size=3, unique_by=tuple),
    revised=st.booleans(),
    together=st.booleans(),
)
def test_a_view_of_repeated_revised_and_retracted_incidents_is_the_clerk_s(
    files: list[list[Line]], revised: bool, together: bool
) -> None:
    with TemporaryDirectory() as name:
        folder, archive = Path(name), MemoryArchive()
        workspace, mapping = make_workspace(folder / "w"), full_mapping(keyed=True, revised=revised)
        for number, lines in enumerate(files):
            path = write_csv(folder / "in" / f"{number}.csv", HEADER, [line.text() for line in lines])
            if not together:
                ingest_export(workspace, path, mapping, archive, received(number))
        if together:
            ingest_export(workspace, folder / "in", mapping, archive, received(0))
        # Where no revision is mapped, it is no part of a row.
        rows = files if revised else [[replace(line, revision=0) for line in lines] for lines in files]
        kept = clerk(rows, revised=revised, together=together)
        for as_of in VIEWS:
            assert counted(archive, as_of) == clerk_view(kept, as_of, revised=revised)


MONTHS = st.sampled_from(["2023-11", "2023-12"])
DELIVERY = st.dictionaries(MONTHS, st.integers(1, 3), min_size=1)


@settings(max_examples=10)
@given(deliveries=st.lists(DELIVERY, min_size=1, max_size=4))
def test_a_view_of_superseded_months_is_the_clerk_s(deliveries: list[dict[str, int]]) -> None:
    with TemporaryDirectory() as name:
        folder, archive = Path(name), MemoryArchive()
        workspace = make_workspace(folder / "w")
        for number, months in enumerate(deliveries):
            for month, rows in months.items():
                # The area tells the delivery, so that no two files are the same bytes.
                police_file(folder / str(number), month, [police_row(month, lsoa=f"E{number}")] * rows)
            ingest_police(workspace, folder / str(number), archive, received(number))
        for as_of in VIEWS:
            expected = {}
            for month in ("2023-11", "2023-12"):
                given_by = [number for number, months in enumerate(deliveries) if month in months]
                by_then = [number for number in given_by if as_of is None or received(number).date() < as_of]
                winner = by_then[-1] if by_then else next(iter(given_by), None)
                if winner is not None:
                    expected[f"{month}-01", f"E{winner}", "Burglary"] = deliveries[winner][month]
            assert counted(archive, as_of) == expected
