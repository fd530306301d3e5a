import base64
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from errors import DataError, LedgerError
from ledger.events import Draft
from ledger.ledger import Ledger
from ledger.tree.checkpoints import Keeper, Policy, checkpoints
from ledger.tree.checkpoints import write_checkpoint as write
from ledger.tree.notes import Checkpoint, Signer, Verifier
from serving.record.keeping import KEY_FILE_VARIABLE, KEY_VARIABLE, signing_key
from tests.support.ledgers import open_ledger, rewrite
from tests.support.roots import root_of

pytestmark = pytest.mark.usefixtures("each_database")

# Key, note and signature of the documentation of Go's golang.org/x/mod/sumdb/note.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
SIGNER = Signer.make("test.example/ledger", bytes(range(32)))
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
READ = Draft("consultation", "forecast/1", "ann")


@pytest.fixture
def ledger(tmp_path: Path, each_database: str) -> Iterator[Ledger]:
    with open_ledger(tmp_path) as opened:
        yield opened


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    (tmp_path / "drop").mkdir()
    return Policy(tmp_path / "drop", events=10, minutes=60)


def dropped(policy: Policy) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in policy.folder.iterdir()}


def test_keys_are_those_of_signed_notes() -> None:
    signer = Signer.of_text(GO_SECRET)
    assert signer.verifier.text() == GO_KEY == Verifier.of_text(GO_KEY).text()
    assert signer.text() == GO_SECRET


def test_a_checkpoint_is_the_text_of_a_transparency_log() -> None:
    note = SIGNER.note(7, bytes(32), "2026-01-05T08:00:00.000000Z")
    text, _, signature = note.partition("\n\n")
    root = base64.b64encode(bytes(32)).decode()
    assert text.split("\n") == ["test.example/ledger", "7", root, "time 2026-01-05T08:00:00.000000Z"]
    assert signature.startswith("\u2014 test.example/ledger ")
    assert SIGNER.verifier.opened(note) == Checkpoint(
        "test.example/ledger", 7, bytes(32), "2026-01-05T08:00:00.000000Z"
    )


def test_a_note_that_others_signed_too_is_opened() -> None:
    note = SIGNER.note(7, bytes(32), "2026-01-05T08:00:00.000000Z")
    witness = base64.b64encode(bytes(72)).decode()
    assert SIGNER.verifier.opened(f"{note}\u2014 witness.example {witness}\n").size == 7


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note.replace("\n7\n", "\n8\n"),
        lambda note: note.replace("2026", "2027"),
        lambda note: note.replace("\u2014", "-"),
        lambda note: note.split("\n\n")[0],
        lambda _: "",
        lambda note: note.replace("\n\n", "\n\nmore\n\n"),
        lambda note: Signer.make("test.example/ledger", bytes(32)).note(7, bytes(32), note.split()[4]),
    ],
)
def test_a_changed_note_is_refused(change: object) -> None:
    assert callable(change)
    with pytest.raises(LedgerError):
        SIGNER.verifier.opened(change(SIGNER.note(7, bytes(32), "2026-01-05T08:00:00.000000Z")))


@pytest.mark.parametrize("text", ["", "name", "a b+1+2", GO_KEY.replace("c74f", "c74e"), GO_KEY[:-6], GO_SECRET])
def test_text_that_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        Verifier.of_text(text)


@pytest.mark.parametrize("text", ["", "PRIVATE+KEY+x", GO_KEY, GO_SECRET[:-6]])
def test_text_that_is_no_secret_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(DataError) as caught:
        Signer.of_text(text)
    assert text == "" or text not in str(caught.value)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n"])
def test_name_that_cannot_stand_in_a_note_is_refused(name: str) -> None:
    with pytest.raises(DataError, match="no name"):
        Signer.make(name, bytes(32))


def test_key_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    assert signing_key({}) is None
    found = signing_key({KEY_VARIABLE: SIGNER.text()})
    assert found is not None
    assert found.verifier == SIGNER.verifier
    path = tmp_path / "key"
    with pytest.raises(DataError, match="cannot be read"):
        signing_key({KEY_FILE_VARIABLE: str(path)})
    path.write_text(SIGNER.text() + "\n", encoding="utf-8")
    found = signing_key({KEY_FILE_VARIABLE: str(path)})
    assert found is not None
    assert found.verifier == SIGNER.verifier
    with pytest.raises(DataError, match="are both set"):
        signing_key({KEY_FILE_VARIABLE: str(path), KEY_VARIABLE: SIGNER.text()})


def test_a_secret_key_does_not_show_itself() -> None:
    secret = SIGNER.text().rsplit("+", 1)[1]
    assert secret not in repr(SIGNER)


def test_a_checkpoint_is_dropped_kept_and_covers_the_events(ledger: Ledger, policy: Policy) -> None:
    events = ledger.append_all([READ] * 3)
    kept = write(ledger.database, SIGNER, policy, NOW)
    assert kept is not None
    assert dropped(policy) == {"000000000003.checkpoint": kept.note}
    assert kept.opened().root == root_of([bytes.fromhex(event.hash) for event in events])
    assert checkpoints(ledger.database) == [kept]
    assert write(ledger.database, SIGNER, policy, NOW + timedelta(days=1)) is None
    assert ledger.verify(collected=[kept.opened()]).covered == 3


def test_a_checkpoint_is_due_after_events_or_minutes(ledger: Ledger, policy: Policy) -> None:
    def due(minutes: int) -> bool:
        now = NOW + timedelta(minutes=minutes)
        return write(ledger.database, SIGNER, policy, now, only_when_due=True) is not None

    assert not due(0)
    ledger.append(READ)
    assert due(0)
    ledger.append_all([READ] * 9)
    assert not due(59)
    assert due(60)
    ledger.append_all([READ] * 10)
    assert due(60)
    ledger.append(READ)
    # The clock was put back, and must not hold it up.
    assert due(0)
    assert [kept.size for kept in checkpoints(ledger.database)] == [21, 20, 10, 1]
    assert [kept.size for kept in checkpoints(ledger.database, limit=1, covering=11)] == [21]


def test_a_note_that_cannot_be_dropped_is_told_and_not_kept(tmp_path: Path, ledger: Ledger) -> None:
    ledger.append(READ)
    with pytest.raises(LedgerError, match="cannot be dropped"):
        write(ledger.database, SIGNER, Policy(tmp_path / "nowhere", 1, 1), NOW)
    assert checkpoints(ledger.database) == []


def test_others_write_while_a_note_is_signed(ledger: Ledger, policy: Policy) -> None:
    written: list[bool] = []

    class Slow(Signer):
        """A key that signs when somebody else has appended."""

        def note(self, size: int, root: bytes, time: str) -> str:
            other = threading.Thread(target=ledger.append, args=(READ,), daemon=True)
            other.start()
            other.join(20)
            written.append(not other.is_alive())
            return super().note(size, root, time)

    ledger.append(READ)
    kept = write(ledger.database, Slow(SIGNER.verifier, SIGNER._key), policy, NOW)
    assert written == [True]
    assert kept is not None
    assert (kept.size, ledger.verify(collected=[kept.opened()]).covered) == (1, 1)


def test_a_note_that_lies_there_already_is_kept_and_not_written_over(ledger: Ledger, policy: Policy) -> None:
    event = ledger.append(READ)
    note = SIGNER.note(1, bytes.fromhex(event.hash), "2026-01-05T07:00:00.000000Z")
    (policy.folder / "000000000001.checkpoint").write_text(note)
    kept = write(ledger.database, SIGNER, policy, NOW)
    assert kept is not None
    assert (kept.note, checkpoints(ledger.database)) == (note, [kept])
    assert dropped(policy) == {"000000000001.checkpoint": note}


@pytest.mark.parametrize(
    ("lying", "words"),
    [
        (SIGNER.note(1, bytes(32), "2026-01-05T07:00:00.000000Z"), "another history"),
        (SIGNER.note(1, bytes(32), "2026-01-05T07:00:00.000000Z")[:80], "not a whole note"),
        ("", "not a whole note"),
    ],
)
def test_another_note_that_lies_there_is_told_and_not_written_over(
    ledger: Ledger, policy: Policy, lying: str, words: str
) -> None:
    ledger.append(READ)
    (policy.folder / "000000000001.checkpoint").write_text(lying)
    with pytest.raises(LedgerError, match=words):
        write(ledger.database, SIGNER, policy, NOW)
    assert (dropped(policy), checkpoints(ledger.database)) == ({"000000000001.checkpoint": lying}, [])
    ledger.append(READ)
    assert write(ledger.database, SIGNER, policy, NOW) is not None


def test_a_keeper_writes_while_something_runs_and_before_it_ends(ledger: Ledger, policy: Policy) -> None:
    told: list[Exception] = []
    keeper = Keeper(ledger.database, SIGNER, policy, lambda: NOW, told.append, pause=0.01)
    ledger.append(READ)
    deadline = time.monotonic() + 20
    while not dropped(policy) and time.monotonic() < deadline:
        time.sleep(0.01)
    ledger.append_all([READ] * 10)
    keeper.close()
    assert max(dropped(policy)) == "000000000011.checkpoint"
    assert told == []


def test_a_keeper_tells_of_what_it_cannot_write(tmp_path: Path, ledger: Ledger) -> None:
    told: list[Exception] = []
    ledger.append(READ)
    keeper = Keeper(ledger.database, SIGNER, Policy(tmp_path / "nowhere", 1, 1), lambda: NOW, told.append, pause=60)
    keeper.close()
    assert len(told) == 1


def test_a_keeper_goes_on_after_whatever_it_met(ledger: Ledger, policy: Policy) -> None:
    told: list[Exception] = []
    again = threading.Event()

    def clock() -> datetime:
        if not told:
            raise ZeroDivisionError
        again.set()
        return NOW

    ledger.append(READ)
    write(ledger.database, SIGNER, policy, NOW)
    ledger.append(READ)
    keeper = Keeper(ledger.database, SIGNER, policy, clock, told.append, pause=0.01)
    assert again.wait(60)
    keeper.close()
    assert [type(error) for error in told] == [ZeroDivisionError]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE checkpoints SET note = replace(note, 'time 2026', 'time 2025')",
        "UPDATE checkpoints SET size = 2",
        "UPDATE checkpoints SET key = replace(key, 'test', 'best')",
    ],
)
def test_a_kept_checkpoint_that_was_changed_is_found(
    tmp_path: Path, ledger: Ledger, policy: Policy, statement: str
) -> None:
    ledger.append_all([READ] * 3)
    write(ledger.database, SIGNER, policy, NOW)
    rewrite(tmp_path, statement)
    assert not ledger.verify().ok
