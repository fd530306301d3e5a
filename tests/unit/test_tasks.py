"""Tasks of owners: coarser than areas, the same in every plan of a period, answered by name."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from errors import AllocationError
from ledger.events import MovedMeanwhileError, NoSuchRecordError
from models.allocation.decisions import answers, decide
from models.allocation.decisions.record import keep
from models.allocation.decisions.tasks import Task, places_of, tasks_of
from models.books import Books
from tests.support.decided import HOURS, books_in, document, drafted, edited


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    made = books_in(tmp_path)
    with made.ledger:
        yield made


def without(*levels: str) -> dict[str, Any]:
    """Return a document whose areas do not know some levels."""
    made = document()
    made["areas"] = [{key: value for key, value in area.items() if key not in levels} for area in made["areas"]]
    return made


def task(books: Books, resource: str, place: str) -> Task:
    return next(one.task for one in answers.asked_of(books) if (one.task.resource, one.task.place) == (resource, place))


def states(books: Books, owner: str | None = None) -> dict[str, str]:
    return {f"{one.task.resource} {one.task.place}": one.state for one in answers.asked_of(books, owner=owner)}


def test_tasks_are_told_by_ward_else_district_else_as_a_whole() -> None:
    wards = tasks_of("p", document())
    assert {(task.resource, task.level, task.place, task.hours) for task in wards} == {
        ("patrol", "ward", "Town", 16.0),
        ("patrol", "ward", "Quay", 4.0),
        ("wardens", "ward", "Town", 2.5),
        ("wardens", "ward", "Quay", 2.5),
    }
    assert {(task.level, task.place) for task in tasks_of("p", without("ward"))} == {
        ("district", "North"),
        ("district", "South"),
    }
    assert {(task.level, task.place) for task in tasks_of("p", without("ward", "district"))} == {("force", "all areas")}


def test_a_level_that_is_as_fine_as_the_areas_is_not_told() -> None:
    made = document()
    for number, area in enumerate(made["areas"]):
        area["ward"] = f"W{number}"
    assert places_of(made)[0] == "district"


def test_a_task_says_strands_expected_demand_and_layout() -> None:
    made = without("ward")
    made["roster"] = [
        {"resource": "wardens", "place": "North", "district": "North", "day": "2024-07-02", "shift": "late", "hours": 2}
    ]

    def own(plan: dict[str, Any]) -> Task:
        return next(one for one in tasks_of("p", plan) if (one.resource, one.place) == ("wardens", "North"))

    found = own(made)
    assert (found.owner, found.name) == ("council", "Wardens")
    assert found.strands == {"burglary": 2.5}
    assert found.expected == {"burglary": 4.0}
    made["areas"] = [{**area, "expected": {**area["expected"], "robbery": 9.0}} for area in made["areas"]]
    assert own(made).expected == {"burglary": 4.0}
    together = [{**post, "strand": "together"} for post in made["posts"]]
    assert set(own({**made, "posts": together}).expected) == {"burglary", "robbery"}
    assert found.shifts == ({"day": "2024-07-02", "shift": "late", "hours": 2},)


def test_no_area_of_the_plan_is_named_to_owners() -> None:
    told = str([task.as_document() for task in tasks_of("p", document())])
    assert not any(area in told for area in HOURS)


def test_tasks_are_the_same_in_every_plan_of_a_period_and_not_in_another() -> None:
    first, other = tasks_of("p", document()), tasks_of("q", document(patrol={**HOURS, "A1": 1.0}))
    later = tasks_of("r", document(start="2024-07-08"))
    assert [task.task_id for task in first] == [task.task_id for task in other]
    assert not {task.task_id for task in first} & {task.task_id for task in later}
    same = [one.digest == two.digest for one, two in zip(first, other, strict=True)]
    assert same == [(one.resource, one.place) != ("patrol", "Town") for one in first]


def test_owners_see_their_tasks_of_the_plan_in_force_alone(books: Books) -> None:
    with pytest.raises(AllocationError, match="no plan is in force; issue one"):
        answers.asked_of(books)
    plan_id = drafted(books)
    with pytest.raises(AllocationError, match="it is draft; issue it first"):
        answers.asked_of(books, plan_id)
    decide.issue(books, plan_id, by="Ann")
    assert states(books, "council") == {"wardens Town": "open", "wardens Quay": "open"}
    with pytest.raises(AllocationError, match=r"'fire' owns no resource of plan .*; use one of: council, police"):
        answers.asked_of(books, owner="fire")
    newer = edited(books, plan_id, 12.0).plan_id
    decide.issue(books, newer, by="Ann")
    with pytest.raises(AllocationError, match="it is superseded; name the plan in force"):
        answers.asked_of(books, plan_id)
    assert {one.task.plan_id for one in answers.asked_of(books)} == {newer}


def test_tasks_are_accepted_and_declined_by_name_with_reasons(books: Books) -> None:
    decide.issue(books, drafted(books), by="Ann")
    town, quay = task(books, "wardens", "Town"), task(books, "wardens", "Quay")
    answers.accept(books, town.task_id, by="Cy")
    refused = answers.decline(books, quay.task_id, by="Di", reason="two are on leave")
    assert states(books, "council") == {"wardens Town": "accepted", "wardens Quay": "declined"}
    told = refused.as_document()
    assert (told["status"], told["answered_by"], told["reason"]) == ("declined", "Di", "two are on leave")
    event = books.ledger.event(told["answered_as"])
    assert (event.draft.actor, event.draft.role, event.draft.object) == ("Di", "council", f"task/{quay.task_id}")
    assert [one.task.place for one in answers.declined(answers.asked_of(books))] == ["Quay"]
    assert books.ledger.verify(books.files).ok


def test_the_same_answer_twice_is_refused_and_another_one_counts(books: Books) -> None:
    decide.issue(books, drafted(books), by="Ann")
    name = task(books, "wardens", "Town").task_id
    answers.accept(books, name, by="Cy")
    with pytest.raises(AllocationError, match=f"task {name}: was accepted already by Cy on 2024-07-01; decline it if"):
        answers.accept(books, name, by="Di")
    answers.decline(books, name, by="Di", reason="the van broke down")
    assert states(books)["wardens Town"] == "declined"
    with pytest.raises(AllocationError, match="was declined already by Di on 2024-07-01; accept it if"):
        answers.decline(books, name, by="Cy", reason="no")


@pytest.mark.parametrize(("by", "reason", "told"), [("", "no", "no name is given"), ("Di", " ", "no reason is given")])
def test_without_a_name_or_reason_nothing_is_declined(books: Books, by: str, reason: str, told: str) -> None:
    decide.issue(books, drafted(books), by="Ann")
    name = task(books, "wardens", "Town").task_id
    with pytest.raises(AllocationError, match=told):
        answers.decline(books, name, by=by, reason=reason)
    assert states(books)["wardens Town"] == "open"


def test_a_task_that_is_none_is_refused(books: Books) -> None:
    decide.issue(books, drafted(books), by="Ann")
    with pytest.raises(NoSuchRecordError, match="no plan in force has a task 2024-07-01-nonsense"):
        answers.accept(books, "2024-07-01-nonsense", by="Cy")


def test_an_answer_holds_while_the_same_is_asked(books: Books) -> None:
    plan_id = drafted(books)
    decide.issue(books, plan_id, by="Ann")
    for one in answers.asked_of(books):
        answers.accept(books, one.task.task_id, by="Cy")
    decide.issue(books, edited(books, plan_id, 12.0).plan_id, by="Ann")
    assert states(books) == {
        "patrol Town": "open",
        "patrol Quay": "accepted",
        "wardens Town": "accepted",
        "wardens Quay": "accepted",
    }
    decide.issue(books, keep(document(patrol={**HOURS, "A1": 10.0, "A2": 6.25}), books).plan_id, by="Ann")
    assert states(books)["patrol Town"] == "open"


def test_of_two_answers_at_once_one_counts(books: Books) -> None:
    decide.issue(books, drafted(books), by="Ann")
    name, barrier = task(books, "wardens", "Town").task_id, Barrier(2)

    def answer(act: str) -> str:
        barrier.wait()
        try:
            if act == "accept":
                answers.accept(books, name, by="Cy")
            else:
                answers.decline(books, name, by="Di", reason="no")
        except MovedMeanwhileError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(answer, ("accept", "decline")))
    kept = [event.draft.details["act"] for event in books.ledger.events(object=f"task/{name}", newest_first=False)]
    # The second either was told, or came so late that it had seen the first and changed it.
    assert len(kept) == told.count("")
    assert states(books)["wardens Town"] == {"accept": "accepted", "decline": "declined"}[str(kept[-1])]
