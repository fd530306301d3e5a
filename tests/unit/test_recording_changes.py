from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from errors import DataError
from experiments.late_records import FEED, FIRST_MONDAY, Lateness, LateStore, late_incidents
from features.completeness.changes import RecordingChange, in_force
from features.incidents.store import load_incidents
from features.knowledge import Knowledge
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.recording import declare, declared
from tests.support import panels
from tests.support.archive import MemoryArchive
from tests.support.exports import ingest_export, make_mapping, make_workspace, write_csv

DAY = FIRST_MONDAY + timedelta(weeks=20, days=2)
ACCEPTED = FIRST_MONDAY + timedelta(weeks=40)


def change(
    ratio: float = 0.5, *, accepted: date = ACCEPTED, strand: str = "strand 0", day: date = DAY
) -> RecordingChange:
    return RecordingChange(FEED, strand, day, ratio, "re-coded", accepted, "jo")


def knowledge(*changes: RecordingChange) -> Knowledge:
    whole = late_incidents([60.0, 40.0], [Lateness(0.001)] * 2, 60, np.random.default_rng(1), areas=2)
    prompt = replace(whole, known_at=(whole.day + 1).astype("datetime64[s]"))
    return Knowledge(LateStore(prompt), panels.areas(2), "week", changes)


def test_periods_before_the_change_are_told_on_the_new_scale_and_the_day_itself_is_not() -> None:
    plain, scaled = (knowledge(*changes).at(None).panel for changes in ((), (change(),)))
    np.testing.assert_allclose(scaled.counts[:20, :, 0], plain.counts[:20, :, 0] * 0.5)
    assert (scaled.counts[20, :, 0].sum(), plain.counts[20, :, 0].sum() / 2) != (0, 0)
    assert plain.counts[20, :, 0].sum() / 2 < scaled.counts[20, :, 0].sum() < plain.counts[20, :, 0].sum()
    np.testing.assert_array_equal(scaled.counts[21:], plain.counts[21:])
    np.testing.assert_array_equal(scaled.counts[:, :, 1], plain.counts[:, :, 1])
    np.testing.assert_allclose(scaled.counts, sum(scaled.classes.values()), rtol=1e-6)
    np.testing.assert_array_equal(scaled.once, scaled.counts)
    assert scaled.changes == (change(),)


def test_a_view_of_before_the_acceptance_never_changes() -> None:
    for as_of, same in ((ACCEPTED - timedelta(days=1), True), (ACCEPTED, False)):
        plain, scaled = (knowledge(*changes).at(as_of) for changes in ((), (change(),)))
        assert np.array_equal(plain.panel.counts, scaled.panel.counts) == same
        assert (plain.snapshot_hash == scaled.snapshot_hash) == same
        assert (scaled.panel.changes == ()) == same


def test_forecasts_are_measured_on_what_was_recorded() -> None:
    plain, scaled = knowledge().at(None).panel, knowledge(change()).as_recorded().at(None).panel
    np.testing.assert_array_equal(plain.counts, scaled.counts)


def test_the_newest_declaration_holds_and_a_ratio_of_one_withdraws() -> None:
    later = ACCEPTED + timedelta(days=7)
    first, second, withdrawn = change(), change(0.6, accepted=later), change(1.0, accepted=later + timedelta(days=7))
    declared_so_far = (first, second, withdrawn)
    found = [in_force(declared_so_far, [FEED], item.accepted_on) for item in declared_so_far]
    assert found == [(first,), (second,), ()]
    assert in_force(declared_so_far, ["another"], None) == ()
    assert in_force((first,), [FEED], datetime(2023, 1, 1, tzinfo=UTC)) == (first,)


def test_two_changes_of_a_strand_multiply() -> None:
    before = change(2.0, day=DAY - timedelta(weeks=10))
    plain, scaled = (knowledge(*changes).at(None).panel for changes in ((), (change(), before)))
    np.testing.assert_allclose(scaled.counts[:10, :, 0], plain.counts[:10, :, 0])
    np.testing.assert_allclose(scaled.counts[11:20, :, 0], plain.counts[11:20, :, 0] * 0.5)


@pytest.mark.parametrize(
    ("ratio", "day", "place"),
    [(0.01, DAY, "--ratio"), (float("nan"), DAY, "--ratio"), (1.5, ACCEPTED + timedelta(days=1), "--date")],
)
def test_a_change_that_cannot_be_is_refused(ratio: float, day: date, place: str) -> None:
    with pytest.raises(DataError, match=place):
        change(ratio, day=day)


def test_a_change_is_kept_with_an_event_and_comes_back_as_it_was(tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", lambda: datetime(2024, 1, 1, tzinfo=UTC)) as ledger:
        audit_id = declare(ledger, files, change(0.7))
        event = ledger.event(audit_id)
        assert (event.draft.operation, event.draft.actor) == ("alteration", "jo")
        assert event.draft.details["ratio"] == "0.7"
        assert declared(ledger) == (change(0.7),)
        with pytest.raises(DataError, match="declared already"):
            declare(ledger, files, change(0.7))
        declare(ledger, files, change(1.0))
        assert [item.ratio for item in declared(ledger)] == [0.7, 1.0]
        assert ledger.verify(files).ok


def test_a_recoding_does_not_make_an_incident_late(tmp_path: Path) -> None:
    mapping = make_mapping({"incident_id": "id", "revision": "rev", "recorded_at": "seen"})
    archive = MemoryArchive()
    path = write_csv(
        tmp_path / "export.csv",
        "when,where,what,id,rev,seen",
        [
            "2024-01-01,A,x,1,1,2024-01-02T00:00:00",
            "2024-01-01,A,y,1,2,2024-03-01T00:00:00",
            "2024-01-02,A,x,2,1,2024-01-09T00:00:00",
        ],
    )
    ingest_export(make_workspace(tmp_path / "w"), path, mapping, archive)
    view = load_incidents(archive).view(None)
    assert view.first_known_at is not None
    assert view.known_at.astype("datetime64[D]").astype(str).tolist() == ["2024-03-02", "2024-01-10"]
    assert view.first_known_at.astype("datetime64[D]").astype(str).tolist() == ["2024-01-03", "2024-01-10"]
