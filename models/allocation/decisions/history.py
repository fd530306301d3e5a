"""Who decided what on which plan, when and why: read from the ledger's events alone, in their order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ledger.artefacts import Artefact
from ledger.events import Event, NoSuchRecordError
from ledger.keyed import last_move, moving, recorded_at
from ledger.ledger import Ledger
from models.allocation.decisions.record import ISSUED, KIND, REJECTED, SCHEMA, SUPERSEDED

ISSUE, EDIT, REJECT = "issue", "edit", "reject"
OPERATION = "decision"
State = Literal["draft", "issued", "rejected", "superseded"]

# What the alias of a plan that was decided on means.
_DECIDED: Mapping[str, State] = {ISSUED: "issued", REJECTED: "rejected", SUPERSEDED: "superseded"}


@dataclass(frozen=True)
class Decision:
    """One decision of a named person.

    Attributes:
        act: "issue", "edit" or "reject".
        plan_id: The plan decided on.
        by: Who decided.
        reason: Why, in the person's words; "" where an issue came without.
        time: When, UTC.
        other: The plan superseded by an issue, or made by an edit; "" where there is none.
        audit_id: The event.
    """

    act: str
    plan_id: str
    by: str
    reason: str
    time: str
    other: str
    audit_id: str

    @classmethod
    def of(cls, event: Event) -> "Decision":
        """Return what an event says."""
        said = {key: str(value) for key, value in event.draft.details.items() if value is not None}
        return cls(
            act=said["act"],
            plan_id=event.draft.object.removeprefix(f"{KIND}/"),
            by=event.draft.actor,
            reason=said.get("reason", ""),
            time=event.time,
            other=said.get("supersedes") or said.get("made") or "",
            audit_id=event.audit_id,
        )


@dataclass(frozen=True)
class Status:
    """Where a plan stands.

    Attributes:
        plan_id: The plan.
        period: "week" or "month".
        start: First day of its period, ISO.
        parent: The plan that it was made from; "" where there is none.
        state: Draft, issued, rejected or superseded.
        decision: What brought it there; None for a draft.
        recorded: When it was recorded, UTC.
    """

    plan_id: str
    period: str
    start: str
    parent: str
    state: State
    decision: Decision | None
    recorded: str

    def told(self) -> str:
        """Return in words what became of it, without the reason: "was rejected by Ann Smith on 2024-07-01 ..."."""
        decided = self.decision
        if decided is None:
            return "is a draft: nobody has decided on it yet"
        who = f"by {decided.by} on {decided.time[:10]} at {decided.time[11:16]} UTC"
        if self.state != "superseded":
            return f"was {self.state} {who}"
        if decided.act == EDIT:
            return f"is superseded: it was edited {who} into plan {decided.other}"
        return f"is superseded by plan {decided.plan_id}, issued {who}"

    def sentence(self) -> str:
        """Return in words where it stands, who decided, when and why."""
        why = f": {self.decision.reason}" if self.decision and self.decision.reason else ""
        return f"Plan {self.plan_id} {self.told()}{why}".removesuffix(".") + "."

    def as_document(self) -> dict[str, str | None]:
        """Return it as JSON values."""
        decided = self.decision
        return {
            "plan_id": self.plan_id,
            "period": self.period,
            "period_start": self.start,
            "parent": self.parent or None,
            "status": self.state,
            "recorded": self.recorded,
            "decided_by": decided.by if decided else None,
            "decided_at": decided.time if decided else None,
            "reason": decided.reason or None if decided else None,
            "decision": decided.act if decided else None,
            "decided_as": decided.audit_id if decided else None,
            "sentence": self.sentence(),
        }


@dataclass(frozen=True)
class History:
    """Every plan and every decision.

    Attributes:
        decisions: Oldest first.
        plans: Plan to where it stands, in the order in which they were recorded.
    """

    decisions: tuple[Decision, ...]
    plans: Mapping[str, Status]

    def status(self, plan_id: str) -> Status:
        """Return where a plan stands.

        Raises:
            NoSuchRecordError: There is none of this name.
        """
        if plan_id not in self.plans:
            raise _unknown(plan_id)
        return self.plans[plan_id]

    def of(self, plan_id: str) -> tuple[Decision, ...]:
        """Return the decisions that were made on a plan or moved it, oldest first."""
        return tuple(decision for decision in self.decisions if plan_id in (decision.plan_id, decision.other))


def standing(ledger: Ledger, plan_id: str) -> Status:
    """Return where one plan stands, as `history` tells it of all; the record is not read for it.

    Raises:
        NoSuchRecordError: There is none of this name.
    """
    recorded = recorded_at(ledger.database, KIND, plan_id)
    row = ledger.artefact(KIND, plan_id) if recorded else None
    if row is None or row.meta.get("schema") != SCHEMA:
        raise _unknown(plan_id)
    meaning, event = last_move(ledger.database, KIND, plan_id) or ("", None)
    moved = {plan_id: (_DECIDED[meaning], Decision.of(event))} if event and meaning in _DECIDED else {}
    return _status(row, moved, recorded[plan_id])


def history(ledger: Ledger) -> History:
    """Return every plan of the present schema and what was decided on it, replayed from the ledger."""
    rows = [row for row in ledger.artefacts(KIND) if row.meta.get("schema") == SCHEMA]
    # Each decision on a plan moves an alias: of the record no other event is read.
    decisions = tuple(map(Decision.of, filter(_decides, moving(ledger.database, KIND, OPERATION))))
    moved: dict[str, tuple[State, Decision]] = {}
    for decision in decisions:
        match decision.act:
            case "issue":
                moved[decision.plan_id] = ("issued", decision)
                if decision.other:
                    moved[decision.other] = ("superseded", decision)
            case "reject":
                moved[decision.plan_id] = ("rejected", decision)
            case _ if decision.plan_id not in moved:
                # An issued plan that is edited stays in force until what it was edited into is issued.
                moved[decision.plan_id] = ("superseded", decision)
    recorded = recorded_at(ledger.database, KIND)
    return History(decisions, {row.name: _status(row, moved, recorded[row.name]) for row in rows})


def _decides(event: Event) -> bool:
    draft = event.draft
    made = draft.operation == OPERATION and draft.outcome == "ok" and draft.object.startswith(f"{KIND}/")
    return made and draft.details.get("act") in (ISSUE, EDIT, REJECT)


def _unknown(plan_id: str) -> NoSuchRecordError:
    return NoSuchRecordError(f"there is no plan named {plan_id}", fix="list the plans")


def _status(row: Artefact, moved: Mapping[str, tuple[State, Decision]], recorded: str) -> Status:
    undecided: tuple[State, None] = ("draft", None)
    state, decision = moved.get(row.name, undecided)
    period, start, parent = (str(row.meta.get(key) or "") for key in ("period", "period_start", "parent"))
    return Status(row.name, period, start, parent, state, decision, recorded)
