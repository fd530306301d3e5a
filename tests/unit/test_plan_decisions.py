"""The life of a plan: drafts, decisions by named persons, who was first, and what was in force."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from errors import AccessError, AllocationError, LedgerError
from ledger.artefacts import Artefact
from ledger.events import Draft, MovedMeanwhileError, NoSuchRecordError
from models.allocation.decisions import decide
from models.allocation.decisions.answers import asked_of
from models.allocation.decisions.history import history, standing
from models.allocation.decisions.issued import hours_of, last_plan
from models.allocation.decisions.record import KIND, keep, load_plan
from models.books import Books
from tests.support.decided import HOURS, books_in, document, drafted, edited
from tests.support.ledgers import rewrite

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    made = books_in(tmp_path)
    with made.ledger:
        yield made


def state(books: Books, plan_id: str) -> str:
    return history(books.ledger).status(plan_id).state


def test_the_same_plan_is_recorded_once(books: Books) -> None:
    first, again = keep(document(), books), keep(document(), books)
    assert (first.plan_id, first.audit_id) == (again.plan_id, again.audit_id)
    assert (first.found, again.found) == (False, True)
    assert len(books.ledger.artefacts(KIND)) == 1
    assert load_plan(books.ledger, books.files, first.plan_id).document == document()
    assert keep(document(patrol={**HOURS, "A1": 9.0}), books).plan_id != first.plan_id


def test_a_draft_is_nobodys_decision_until_a_named_person_issues_it(books: Books) -> None:
    plan_id = drafted(books)
    assert history(books.ledger).status(plan_id).sentence() == (
        f"Plan {plan_id} is a draft: nobody has decided on it yet."
    )
    assert books.ledger.events(operation="decision") == []
    decide.issue(books, plan_id, by="  Ann   Smith ", reason="as agreed")
    status = history(books.ledger).status(plan_id)
    assert (status.state, status.sentence()) == (
        "issued",
        f"Plan {plan_id} was issued by Ann Smith on 2024-07-01 at 08:00 UTC: as agreed.",
    )
    [event] = books.ledger.events(operation="decision")
    assert (event.draft.actor, event.draft.object) == ("Ann Smith", f"plan/{plan_id}")
    assert event.draft.object_hash == books.ledger.artefact(KIND, plan_id).sha256
    assert event.draft.details["entered_by"] == "desk"
    assert books.ledger.verify(books.files).ok


def test_a_later_issue_of_a_period_supersedes_and_another_period_does_not(books: Books) -> None:
    first, second = drafted(books), drafted(books, patrol={"A1": 20.0})
    other = drafted(books, start="2024-07-08")
    for plan_id in (first, other, second):
        decide.issue(books, plan_id, by="Ann")
    assert [state(books, plan_id) for plan_id in (first, second, other)] == ["superseded", "issued", "issued"]
    assert f"superseded by plan {second}, issued by Ann" in history(books.ledger).status(first).sentence()
    with pytest.raises(AllocationError, match=f"look at plan {second}"):
        decide.issue(books, first, by="Ann")


def rejected(books: Books) -> str:
    plan_id = drafted(books)
    decide.reject(books, plan_id, by="Bo", reason="too few hours")
    return plan_id


def issued(books: Books) -> str:
    plan_id = drafted(books)
    decide.issue(books, plan_id, by="Bo")
    return plan_id


def edited_away(books: Books) -> str:
    plan_id = drafted(books)
    edited(books, plan_id, 12.0)
    return plan_id


ACTS: dict[str, Callable[[Books, str], Any]] = {
    "issue": lambda books, plan_id: decide.issue(books, plan_id, by="Ann"),
    "reject": lambda books, plan_id: decide.reject(books, plan_id, by="Ann", reason="no"),
    "edit": lambda books, plan_id: edited(books, plan_id, 13.0),
}


DECIDED: dict[Callable[[Books], str], str] = {
    rejected: ": was rejected by Bo on 2024-07-01 at 08:00 UTC; plan again.",
    issued: ": was issued by Bo on 2024-07-01 at 08:00 UTC; edit it, or plan again.",
    edited_away: ": is superseded: it was edited by Ann Smith on 2024-07-01 at 08:00 UTC into plan 2024-07-01-",
}


@pytest.mark.parametrize(
    ("act", "made", "told"),
    [(act, made, told) for act in sorted(ACTS) for made, told in DECIDED.items() if (act, made) != ("edit", issued)],
)
def test_what_is_decided_is_not_decided_again(books: Books, made: Callable[[Books], str], told: str, act: str) -> None:
    plan_id = made(books)
    before = len(books.ledger.events())
    with pytest.raises(AllocationError) as caught:
        ACTS[act](books, plan_id)
    assert told in str(caught.value)
    assert str(caught.value).count(". ") == 0
    assert len(books.ledger.events()) == before


@pytest.mark.parametrize("act", sorted(ACTS))
def test_a_plan_that_is_none_is_refused(books: Books, act: str) -> None:
    with pytest.raises(NoSuchRecordError, match="there is no plan named 2024-07-01-nonsense"):
        ACTS[act](books, "2024-07-01-nonsense")


@pytest.mark.parametrize(
    ("decision", "told"),
    [
        (lambda books, plan: decide.issue(books, plan, by=" "), "--by: no name is given; say who decides."),
        (lambda books, plan: decide.reject(books, plan, by="", reason="no"), "--by: no name is given"),
        (lambda books, plan: decide.reject(books, plan, by="Ann", reason="\n"), "--reason: no reason is given"),
        (lambda books, plan: decide.reject(books, plan, by="Ann", reason="x" * 2001), "2,001 characters"),
    ],
)
def test_without_a_name_or_reason_nothing_is_decided(
    books: Books, decision: Callable[[Books, str], Any], told: str
) -> None:
    plan_id = drafted(books)
    with pytest.raises(AllocationError) as caught:
        decision(books, plan_id)
    assert told in str(caught.value)
    assert state(books, plan_id) == "draft"


def test_an_edit_supersedes_a_draft_and_names_its_parent_person_and_reason(books: Books) -> None:
    plan_id = drafted(books)
    made = edited(books, plan_id, 12.0)
    past = history(books.ledger)
    assert (past.status(plan_id).state, past.status(made.plan_id).state) == ("superseded", "draft")
    assert past.status(made.plan_id).parent == plan_id
    assert f"edited by Ann Smith on 2024-07-01 at 08:00 UTC into plan {made.plan_id}: a festival" in (
        past.status(plan_id).sentence()
    )
    assert books.ledger.event_of(KIND, made.plan_id).audit_id == past.of(plan_id)[0].audit_id


def test_an_issued_plan_stays_in_force_until_its_edit_is_issued(books: Books) -> None:
    plan_id = issued(books)
    made = edited(books, plan_id, 12.0)
    assert (state(books, plan_id), state(books, made.plan_id)) == ("issued", "draft")
    assert edited(books, plan_id, 12.0).found
    decide.issue(books, made.plan_id, by="Ann")
    assert (state(books, plan_id), state(books, made.plan_id)) == ("superseded", "issued")


def test_an_edit_of_what_is_in_force_no_more_is_not_issued(books: Books) -> None:
    plan_id = issued(books)
    one, other = edited(books, plan_id, 12.0).plan_id, edited(books, plan_id, 13.0).plan_id
    further = edited(books, other, 14.0).plan_id
    decide.issue(books, one, by="Ann")
    for late in (other, further):
        if state(books, late) == "draft":
            with pytest.raises(AllocationError, match=f"in whose place {one} was issued since"):
                decide.issue(books, late, by="Bo")
    assert state(books, one) == "issued"


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """Return how each of several acts that begin at once ended: "" or its error."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> str:
        barrier.wait()
        try:
            act()
        except (AllocationError, MovedMeanwhileError) as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_several_persons_who_decide_at_once_one_wins(books: Books) -> None:
    for turn in range(5):
        plan_id = drafted(books, patrol={"A1": 1.0 + turn})
        told = at_once(
            partial(decide.issue, books, plan_id, by="Ann"),
            partial(decide.reject, books, plan_id, by="Bo", reason="no"),
            partial(edited, books, plan_id, 100.0 + turn, by="Cy"),
        )
        winners = [decision for decision in history(books.ledger).of(plan_id) if decision.plan_id == plan_id]
        # A plan in force may be edited, so an edit may follow the issue; nothing follows anything else.
        assert [decision.act for decision in winners] in (["issue"], ["reject"], ["edit"], ["issue", "edit"])
        assert told.count("") == len(winners)
    assert books.ledger.verify(books.files).ok


def test_of_two_drafts_issued_at_once_for_a_period_one_is_in_force(books: Books) -> None:
    pair = [drafted(books, patrol={"A1": hours}) for hours in (3.0, 4.0)]
    told = at_once(*(partial(decide.issue, books, plan_id, by="Ann") for plan_id in pair))
    states = sorted(state(books, plan_id) for plan_id in pair)
    assert states == (["draft", "issued"] if any(told) else ["issued", "superseded"])


def test_a_plan_issued_between_two_looks_is_not_put_in_the_place_of_itself(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_id = drafted(books)
    look = books.ledger.alias

    def meanwhile(kind: str, alias: str) -> str | None:
        monkeypatch.setattr(books.ledger, "alias", look)
        decide.issue(books, plan_id, by="Ann Smith")
        return look(kind, alias)

    monkeypatch.setattr(books.ledger, "alias", meanwhile)
    with pytest.raises(AllocationError, match="was issued by Ann Smith"):
        decide.issue(books, plan_id, by="Bo Li")
    assert len(books.ledger.events(operation="decision")) == 1


def test_a_decision_made_on_what_no_longer_holds_is_told(books: Books) -> None:
    plan_id = drafted(books)

    class Slow:
        """A ledger in which somebody rejects the plan after it was read."""

        def __getattr__(self, name: str) -> Any:
            if name == "append" and state(books, plan_id) == "draft":
                decide.reject(books, plan_id, by="Bo", reason="no")
            return getattr(books.ledger, name)

    late = Books(Slow(), books.files, "desk")  # type: ignore[arg-type]
    with pytest.raises(MovedMeanwhileError, match=f"the {plan_id} plan is rejected by now, and was draft when"):
        decide.issue(late, plan_id, by="Ann")
    assert state(books, plan_id) == "rejected"


def test_the_last_issued_plan_gives_hours_by_resource_and_area(books: Books) -> None:
    assert last_plan(books, date(2024, 8, 1), "week") is None
    plans = [drafted(books, start=start) for start in ("2024-07-01", "2024-07-08", "2024-07-15")]
    for plan_id in plans[:2]:
        decide.issue(books, plan_id, by="Ann")
    record = last_plan(books, date(2024, 7, 15), "week")
    assert record is not None
    found = hours_of(record)
    assert (found.plan_id, found.weeks) == (plans[1], 1.0)
    assert found.hours["patrol", "A1"] == 10.0
    assert found.hours["wardens", "A3"] == 2.4
    earlier = last_plan(books, date(2024, 7, 8), "week")
    assert earlier is not None
    assert earlier.plan_id == plans[0]
    assert last_plan(books, date(2024, 7, 1), "week") is None
    assert last_plan(books, date(2024, 7, 15), "month") is None


def test_plans_of_a_former_form_are_kept_and_not_decided_on(books: Books) -> None:
    stored = books.files.put(b'{"schema":"plan/1"}', "plans", ".json")
    draft = Draft("decision", "plan/old", "ann", object_hash=stored.sha256)
    books.ledger.append(draft, artefacts=[Artefact.of(KIND, "old", stored)])
    assert dict(history(books.ledger).plans) == {}
    with pytest.raises(AllocationError, match="the form plan/1, which is kept for audits alone"):
        load_plan(books.ledger, books.files, "old")
    with pytest.raises(NoSuchRecordError):
        decide.issue(books, "old", by="Ann")


def test_where_one_plan_stands_is_what_the_history_of_all_tells(books: Books) -> None:
    first, second, third = (drafted(books, patrol={"A1": hours}) for hours in (1.0, 2.0, 3.0))
    decide.issue(books, first, by="Ann")
    of_issued = edited(books, first, 4.0).plan_id
    of_draft = edited(books, second, 5.0).plan_id
    decide.issue(books, of_draft, by="Bo", reason="as agreed")
    decide.reject(books, third, by="Cy", reason="too late")
    past = history(books.ledger)
    states = ["superseded", "superseded", "rejected", "draft", "issued"]
    assert [past.status(name).state for name in (first, second, third, of_issued, of_draft)] == states
    assert {name: standing(books.ledger, name) for name in past.plans} == past.plans
    with pytest.raises(NoSuchRecordError, match="no plan named nothing"):
        standing(books.ledger, "nothing")


def test_of_the_record_nothing_but_what_was_decided_on_plans_is_read(books: Books, tmp_path: Path) -> None:
    plan_id = drafted(books)
    decide.issue(books, plan_id, by="Ann")
    books.ledger.append(Draft("decision", "champion/v1", "Ann"))
    rewrite(tmp_path, "UPDATE events SET details = 'none' WHERE object = 'champion/v1'")
    with pytest.raises(LedgerError, match="cannot be read"):
        books.ledger.events(operation="decision")
    assert history(books.ledger).status(plan_id).state == "issued"
    assert standing(books.ledger, plan_id).state == "issued"
    assert asked_of(books)


def by_somebody(books: Books, name: str) -> Books:
    return Books(books.ledger, books.files, name)


@pytest.mark.parametrize(
    ("drafted_by", "by", "entered_by"),
    [("Ann", "Ann", "desk"), ("Ann", " ann ", "desk"), ("Ann", "\uff21nn", "desk"), ("Ann", "Bo", "Ann")],
)
def test_with_four_eyes_whoever_drafted_a_plan_does_not_issue_it(
    books: Books, drafted_by: str, by: str, entered_by: str
) -> None:
    plan_id = drafted(by_somebody(books, drafted_by))
    with pytest.raises(AccessError, match="was made by whoever would issue it; have somebody else issue it"):
        decide.issue(by_somebody(books, entered_by), plan_id, by=by, four_eyes=True)
    assert state(books, plan_id) == "draft"
    decide.issue(by_somebody(books, "Cy"), plan_id, by="Bo", four_eyes=True)
    assert state(books, plan_id) == "issued"


def test_with_four_eyes_whoever_edited_a_plan_does_not_issue_the_edit(books: Books) -> None:
    plan_id = drafted(by_somebody(books, "Ann"))
    made = edited(by_somebody(books, "Bo"), plan_id, 12.0, by="Bo").plan_id
    with pytest.raises(AccessError):
        decide.issue(by_somebody(books, "Bo"), made, by="Bo", four_eyes=True)
    decide.issue(by_somebody(books, "Ann"), made, by="Ann", four_eyes=True)


def test_a_decision_that_was_refused_is_none(books: Books) -> None:
    plan_id = drafted(books)
    books.ledger.append(Draft("decision", f"plan/{plan_id}", "Ann", outcome="refused", details={"act": "issue"}))
    assert state(books, plan_id) == "draft"
    assert history(books.ledger).decisions == ()
