"""Two results are the same, close, or first differ somewhere that can be named."""

from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.replay.compare import compared_documents, compared_tables
from models.replay.outcome import Part, Replay
from models.replay.surroundings import Difference

FRAME = pd.DataFrame({"area": ["A", "B"], "mean": [1.5, np.nan], "count": [3, 4]})


def written(frame: pd.DataFrame, **options: Any) -> bytes:
    buffer = BytesIO()
    frame.to_parquet(buffer, index=False, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("changed", "verdict", "said"),
    [
        (FRAME, "close", "every value is the same bits"),
        (FRAME.assign(mean=[1.5 * (1 + 1e-12), np.nan]), "close", ""),
        (FRAME.assign(mean=[1.5 * (1 + 1e-8), np.nan]), "differs", "mean of row 0 was 1.5 and is 1.500000015"),
        (FRAME.assign(mean=[1.5, 0.0]), "differs", "mean of row 1 was nan and is 0.0"),
        (FRAME.assign(area=["A", "C"]), "differs", 'area of row 1 was "B" and is "C"'),
        (FRAME.assign(count=[3, 5]), "differs", 'count of row 1 was "4" and is "5"'),
        (FRAME.head(1), "differs", "2 rows of 3 columns were recorded, 1 of 3 found"),
        (FRAME.drop(columns="count"), "differs", "2 rows of 3 columns were recorded, 2 of 2 found"),
    ],
)
def test_tables_differ_first_somewhere(changed: pd.DataFrame, verdict: str, said: str) -> None:
    found = compared_tables("t", written(FRAME), written(changed, compression="gzip"), ("a", "b"))
    assert found.verdict == verdict
    assert found.said.startswith(said)


def test_tables_of_the_same_hash_are_not_even_read() -> None:
    assert compared_tables("t", b"", b"", ("a", "a")) == Part("t", "same", "", "a", "a")


@pytest.mark.parametrize(
    ("recorded", "found", "verdict", "said"),
    [
        ({"a": [1, 2.5]}, {"a": [1, 2.5]}, "same", ""),
        ({"a": [1, 2.5]}, {"a": [1, 2.5 * (1 + 1e-12)]}, "close", ""),
        ({"a": [1, 2.5]}, {"a": [1, 2.6]}, "differs", "a[1] was 2.5 and is 2.6"),
        ({"a": 0.0}, {"a": 1e-12}, "differs", "a was 0.0 and is 1e-12"),
        ({"a": 1}, {"a": 1.0}, "differs", "a was 1 and is 1.0"),
        ({"a": True}, {"a": 1}, "differs", "a was true and is 1"),
        ({"a": 1}, {}, "differs", "a was 1 and is null"),
        ({"a": None}, {"a": {"b": 1}}, "differs", 'a was null and is {"b": 1}'),
        ({"a": {"b": [1]}}, {"a": {"b": [1, 2]}}, "differs", "the length of a.b was 1 and is 2"),
        ("x", "y", "differs", 'the whole was "x" and is "y"'),
    ],
)
def test_documents_differ_first_somewhere(recorded: Any, found: Any, verdict: str, said: str) -> None:
    part = compared_documents("d", recorded, found)
    assert (part.verdict, part.said) == (verdict, said)


def replayed(*verdicts: Any, surroundings: tuple[Difference, ...] = (), unknown: bool = False) -> Replay:
    parts = tuple(Part(f"part {number}", verdict) for number, verdict in enumerate(verdicts))
    return Replay("x", "x", "plan/x", "plan", parts, surroundings, unknown)


CODE = Difference("code of models", "a", "b")
PROCESSOR = Difference("processor", "a", "b")


@pytest.mark.parametrize(
    ("found", "outcome", "absent"),
    [
        (replayed("same"), "same", ()),
        (replayed("same", surroundings=(CODE,)), "same", ()),
        (replayed("same", "close", surroundings=(PROCESSOR,)), "close", ()),
        (replayed("same", "differs"), "differs", ()),
        (replayed("differs", surroundings=(PROCESSOR,)), "differs", ()),
        (replayed("differs", surroundings=(CODE,)), "cannot", ("code of models a",)),
        (replayed("differs", unknown=True), "cannot", ("a record of the code and lock that it was made with",)),
        (replayed("absent", "differs"), "cannot", ("part 0",)),
        # Whoever changes a file gains nothing by removing another one.
        (replayed("absent", "changed", surroundings=(CODE,)), "differs", ()),
        (replayed(), "cannot", ()),
    ],
)
def test_the_outcome_follows_from_the_parts(found: Replay, outcome: str, absent: tuple[str, ...]) -> None:
    assert (found.outcome, found.absent) == (outcome, absent)
    assert found.sentence().startswith("plan/x ")
