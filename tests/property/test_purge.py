"""A purge changes no present panel, and leaves nothing of the rows that it erases."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import DataError
from features.counting import build_panel, flat_areas
from features.feeds.places import Places
from features.feeds.reading import Setting
from features.incidents.batch import deliveries, read_facts
from features.incidents.store import load_incidents
from features.keeping.purge import Purge
from features.keeping.retention import Retained
from features.panel import Panel
from features.periods import PeriodKind
from features.workspace import Workspace
from models.progress import silent
from tests.support.archive import MemoryArchive
from tests.support.exports import ingest_export, make_mapping, make_workspace, write_csv
from tests.support.traces import found_in

BEGIN, RECEIVED, NOW = date(2024, 1, 1), datetime(2024, 6, 1, 9, tzinfo=UTC), datetime(2024, 9, 1, 9, tzinfo=UTC)
HEADER = "when,where,what,id,n,rev,recorded,why"
Row = tuple[int, str, str, int, int, int]


def text(number: int, row: Row, *, file: int) -> str:
    day, area, what, key, count, late = row
    occurred = BEGIN + timedelta(days=day)
    recorded = datetime.combine(occurred + timedelta(days=late), datetime.min.time()) + timedelta(hours=13, minutes=7)
    name = f"REF-{key:02d}" if key else ""
    return f"{occurred},{area},{what},{name},{count},{file * 1000 + number},{recorded:%Y-%m-%d %H:%M},told {key:02d}"


ROWS = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.sampled_from(["A", "B"]),
        st.sampled_from(["theft", "fire"]),
        st.integers(0, 12),
        st.sampled_from([1, 1, 1, 2, -1]),
        st.integers(0, 40),
    ),
    min_size=1,
    max_size=30,
)


def panel(archive: MemoryArchive, kind: PeriodKind) -> Panel | None:
    view = load_incidents(archive).view()
    try:
        return build_panel(view, kind, flat_areas(view))
    except DataError:
        return None


def assert_equal(before: Panel | None, after: Panel | None) -> None:
    assert (before is None) == (after is None)
    if before is None or after is None:
        return
    for name in ("counts", "once", "observed", "completeness"):
        np.testing.assert_array_equal(getattr(before, name), getattr(after, name), name)
    assert list(before.classes) == list(after.classes)
    for name, counts in before.classes.items():
        np.testing.assert_array_equal(counts, after.classes[name], name)
    same = ("kind", "first", "strands", "as_of", "changes", "erased")
    assert [getattr(before, name) for name in same] == [getattr(after, name) for name in same]
    assert before.areas.codes == after.areas.codes


@settings(max_examples=15)
@given(
    files=st.lists(ROWS, min_size=1, max_size=3),
    keyed=st.booleans(),
    revised=st.booleans(),
    delivery=st.sampled_from(["append", "replaces-periods"]),
    kept_days=st.lists(st.integers(180, 250), min_size=1, max_size=3),
    kind=st.sampled_from(["week", "month"]),
)
def test_a_present_panel_is_the_same_and_nothing_is_left_of_an_erased_row(
    files: list[list[Row]], keyed: bool, revised: bool, delivery: str, kept_days: list[int], kind: PeriodKind
) -> None:
    columns = {"count": "n", "recorded_at": "recorded", "source_type": "why"}
    columns |= {"incident_id": "id"} if keyed else {}
    columns |= {"revision": "rev"} if keyed and revised else {}
    mapping = make_mapping(columns, delivery=delivery)
    with TemporaryDirectory() as name:
        folder, archive = Path(name), MemoryArchive()
        workspace = make_workspace(folder / "w")
        for number, rows in enumerate(files):
            lines = [text(at, row, file=number) for at, row in enumerate(rows)]
            path = write_csv(folder / f"{number}.csv", HEADER, [*lines, f"2024-01-01,A,theft,,1,,,file {number}"])
            ingest_export(workspace, path, mapping, archive, RECEIVED + timedelta(days=number))
        before, raw = panel(archive, kind), _raw(archive)
        for step, days in enumerate(sorted(kept_days, reverse=True)):
            Purge(archive, [Retained("city", days)], NOW + timedelta(hours=step)).run("test", "ann", silent)
            assert_equal(before, panel(archive, kind))
        limit, left = NOW.date() - timedelta(days=min(kept_days)), _raw(archive)
        assert left <= Counter({fact: rows for fact, rows in raw.items() if fact[0] >= limit})
        if not (keyed and revised):
            assert left.total() == sum(rows for (day, _), rows in raw.items() if day >= limit)
        keys = {key for rows in files for _, _, _, key, _, _ in rows if key}
        young = {key for rows in files for day, _, _, key, _, _ in rows if BEGIN + timedelta(days=day) >= limit}
        hashes = _hashes(workspace, sorted(keys))
        gone = [key for key in keys if key not in young]
        traces = [half for key in gone for half in hashes[key]] + [f"told {key:02d}".encode() for key in gone]
        assert found_in(archive.files.values(), traces) == set()
        assert found_in(archive.files.values(), [b"REF-"]) == set()


def _hashes(workspace: Workspace, keys: list[int]) -> dict[int, list[bytes]]:
    setting = Setting(Places(), workspace.taxonomy(), bytes.fromhex(workspace.settings.salt), NOW)
    hashed = setting.keys("city", [f"REF-{key:02d}" for key in keys])
    return {key: [half.tobytes() for half in halves] for key, halves in zip(keys, hashed, strict=True)}


def _raw(archive: MemoryArchive) -> Counter[tuple[date, int]]:
    """Return day and fingerprint of each fact that is more than a count."""
    found: Counter[tuple[date, int]] = Counter()
    for entry, _ in deliveries(archive):
        facts = read_facts(archive, entry)
        days = facts.column("day").to_numpy().astype("datetime64[D]").tolist()
        prints = facts.column("fingerprint").to_pylist()
        found.update((day, fingerprint) for day, fingerprint in zip(days, prints, strict=True) if fingerprint)
    return found
