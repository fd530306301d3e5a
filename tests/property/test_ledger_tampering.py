import shutil
import sqlite3
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import SQLAlchemyError

from ledger.events import OPERATIONS, Draft, canonical_json, sealed
from ledger.rows import event_of_row, event_row
from ledger.tables import ALIAS_MOVES, ARTEFACTS, CHECKPOINTS, EVENTS, TREE
from ledger.tree.checkpoints import Policy, write_checkpoint
from ledger.tree.notes import Signer
from tests.support.ledgers import TickingClock, fill, open_ledger, rewrite

WORDS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=20)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | WORDS
DRAFTS = st.builds(
    Draft,
    st.sampled_from(OPERATIONS),
    WORDS,
    WORDS,
    role=WORDS,
    purpose=WORDS,
    object_hash=st.none() | st.from_regex("[0-9a-f]{64}", fullmatch=True),
    outcome=st.sampled_from(["ok", "refused", "failed"]),
    details=st.dictionaries(WORDS, SCALARS, max_size=4),
)
TABLES = (EVENTS, ARTEFACTS, ALIAS_MOVES, TREE, CHECKPOINTS)
FIELDS = [(table.name, column.name) for table in TABLES for column in table.columns]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    fill(folder, events=260)
    policy = Policy(folder, 1, 1)
    with open_ledger(folder) as ledger:
        write_checkpoint(ledger.database, Signer.make("test", bytes(32)), policy, TickingClock()())
    return folder


@settings(max_examples=80)
@given(
    field=st.sampled_from(FIELDS),
    row=st.integers(0, 30),
    value=st.none() | WORDS | st.integers(-5, 40) | st.binary(max_size=4),
)
def test_any_edit_of_any_stored_field_is_found(recorded: Path, field: tuple[str, str], row: int, value: Any) -> None:
    table, column = field
    with TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(recorded / "strandcast.db", folder)
        before = dump(folder, table)
        number = before[row % len(before)]["row_number"]
        with suppress(SQLAlchemyError):
            statement = f"UPDATE OR IGNORE {table} SET {column} = :value WHERE rowid = :number"  # noqa: S608 - our own tables
            rewrite(folder, (statement, {"value": value, "number": number}))
        changed = dump(folder, table) != before
        with open_ledger(folder) as ledger:
            assert ledger.verify().ok is not changed


def dump(folder: Path, table: str) -> list[dict[str, Any]]:
    connection = sqlite3.connect(folder / "strandcast.db")
    connection.row_factory = sqlite3.Row
    rows = [dict(row) for row in connection.execute(f"SELECT rowid AS row_number, * FROM {table}")]  # noqa: S608
    connection.close()
    return rows


@given(draft=DRAFTS)
def test_event_survives_its_row(draft: Draft) -> None:
    event = sealed(draft, 7, "2024-07-01T08:00:00.000000Z", "ab" * 32)
    row: Any = event_row(event)
    assert event_of_row(row) == event
    assert event_of_row(row).computed_hash() == event.hash


@given(one=DRAFTS, other=DRAFTS)
def test_different_events_have_different_hashes(one: Draft, other: Draft) -> None:
    hashes = {sealed(draft, 1, "t", "p").hash for draft in (one, other)}
    assert len(hashes) == len({canonical_json(draft.fields()) for draft in (one, other)})
