"""Parts of a plan's document are those of the whole one, and nothing else of it is held."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from errors import AllocationError
from models.allocation.decisions.parts import parts_of
from models.allocation.decisions.record import keep, load_plan
from models.allocation.decisions.tasks import PARTS, tasks_of
from tests.support.decided import books_in, document

NASTY: dict[str, Any] = {
    "a]": [[], {}, "]", "\\", '"', ",", {"b}": ["}"]}, -1.5e300, None, True],
    "b": {},
    "c": [],
    "d": "ö\u2028, \U0001f600",
    "e": {"f": {"g": [1, [2, [3]]]}},
    "h": 0,
}


def written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize("wanted", [(), *((name,) for name in NASTY), tuple(NASTY), ("b", "none", "h")])
def test_parts_are_what_the_whole_document_has(wanted: tuple[str, ...]) -> None:
    assert parts_of(written(NASTY), wanted) == {name: NASTY[name] for name in NASTY if name in wanted}


def test_a_document_of_nothing_has_no_parts() -> None:
    assert parts_of(b"{}", ("a",)) == {}


@pytest.mark.parametrize("cut", [b'{"a":[1,2', b'{"a":1', b"[1]", b'{"a" :1}', b"{'a':1}"])
def test_what_is_not_a_document_is_refused(cut: bytes) -> None:
    with pytest.raises((ValueError, IndexError)):
        parts_of(cut, ("b",))


def test_what_is_left_out_is_not_held() -> None:
    text = written({"kept": 1, "left": [{"name": f"name {number}"} for number in range(20_000)]})
    tracemalloc.start()
    try:
        parts_of(text, ("kept",))
        narrow = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        parts_of(text, ("kept", "left"))
        whole = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert narrow < 2 * len(text) < whole


def test_a_plan_is_loaded_by_its_parts_and_tells_the_same_tasks(tmp_path: Path) -> None:
    books = books_in(tmp_path)
    with books.ledger:
        plan = keep(document(), books)

        part = load_plan(books.ledger, books.files, plan.plan_id, PARTS).document

        assert part == {name: plan.document[name] for name in ("schema", *PARTS)}
        assert tasks_of(plan.plan_id, part) == tasks_of(plan.plan_id, plan.document)


def test_a_plan_of_a_former_schema_is_refused_by_its_parts_too(tmp_path: Path) -> None:
    books = books_in(tmp_path)
    with books.ledger:
        plan = keep({**document(), "schema": "plan/1"}, books)

        with pytest.raises(AllocationError, match="plan/1"):
            load_plan(books.ledger, books.files, plan.plan_id, PARTS)
