import threading
from pathlib import Path

import pytest

from errors import LedgerError
from ledger.turn import Turn


def test_one_writer_at_a_time_of_all_that_share_a_database(tmp_path: Path) -> None:
    # Each stands for a process: descriptors of their own, as file locks know processes.
    turns = [Turn(str(tmp_path / "w.db")) for _ in range(3)]
    inside, most, counted = 0, 0, 0

    def write(turn: Turn) -> None:
        nonlocal inside, most, counted
        for _ in range(50):
            with turn.taken():
                inside += 1
                most = max(most, inside)
                counted += 1
                inside -= 1

    threads = [threading.Thread(target=write, args=(turn,)) for turn in turns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, counted) == (1, 150)


def test_a_thread_whose_turn_does_not_come_is_told_and_the_next_writes() -> None:
    turn, inside, leave, told = Turn(None, seconds=0.001), threading.Event(), threading.Event(), list[str]()

    def hold() -> None:
        with turn.taken():
            inside.set()
            leave.wait(60)

    def ask() -> None:
        with pytest.raises(LedgerError, match="did not come") as refused, turn.taken():
            pass
        told.append(str(refused.value))

    holder, asking = threading.Thread(target=hold), threading.Thread(target=ask, daemon=True)
    holder.start()
    inside.wait(60)
    asking.start()
    asking.join(60)
    leave.set()
    holder.join(60)
    assert len(told) == 1
    with turn.taken():
        pass


def test_where_the_file_cannot_be_had_the_database_alone_decides(tmp_path: Path) -> None:
    entered = 0
    for turn in (Turn(str(tmp_path / "no" / "such" / "w.db")), Turn(None)):
        for _ in range(2):
            with turn.taken():
                entered += 1
    assert entered == 4
    assert not list(tmp_path.iterdir())
