import threading
from pathlib import Path

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


def test_where_the_file_cannot_be_had_the_database_alone_decides(tmp_path: Path) -> None:
    entered = 0
    for turn in (Turn(str(tmp_path / "no" / "such" / "w.db")), Turn(None)):
        for _ in range(2):
            with turn.taken():
                entered += 1
    assert entered == 4
    assert not list(tmp_path.iterdir())
