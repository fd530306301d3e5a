"""Who was champion when, by whose word: read from the ledger's events."""

from dataclasses import dataclass

from ledger.events import Event
from ledger.ledger import Ledger

PROMOTE, ROLL_BACK, TRAIN = "promote", "rollback", "train"
OPERATION = "model"


@dataclass(frozen=True)
class Act:
    """One promotion, refused promotion or rollback.

    Attributes:
        act: "promote" or "rollback".
        version: The model.
        outcome: "ok", or "refused" where the champion stayed.
        replaced: The champion before.
        gate: What the gate said: "passed" or "refused"; "not asked" for a rollback; empty before there was a gate.
        despite: Why the gate was overruled; empty where it was not.
        reason: Why, in the person's words.
        actor: Who.
        time: When, UTC.
        evidence: Name under which the gate's decision is kept; empty where there is none.
        audit_id: The event.
    """

    act: str
    version: str
    outcome: str
    replaced: str
    gate: str
    despite: str
    reason: str
    actor: str
    time: str
    evidence: str
    audit_id: str

    @classmethod
    def of(cls, event: Event) -> "Act":
        """Return what an event says."""
        said = {key: str(value) for key, value in event.draft.details.items() if value is not None}
        names = ("replaced", "gate", "despite", "reason", "evidence")
        return cls(
            act=said["act"],
            version=event.draft.object.removeprefix("model/"),
            outcome=event.draft.outcome,
            actor=event.draft.actor,
            time=event.time,
            audit_id=event.audit_id,
            **{name: said.get(name, "") for name in names},
        )


@dataclass(frozen=True)
class Champions:
    """The history of the champion.

    Attributes:
        acts: Every act, oldest first.
        standing: Champions that a rollback would go back through, the present one last; one that was rolled back from
            is not among them.
    """

    acts: tuple[Act, ...]
    standing: tuple[str, ...]

    def of(self, version: str) -> tuple[Act, ...]:
        """Return the acts on one model, oldest first."""
        return tuple(act for act in self.acts if act.version == version)


def champions(ledger: Ledger) -> Champions:
    """Return the history of the champion."""
    events = ledger.events(operation=OPERATION, newest_first=False)
    acts = [Act.of(event) for event in events if event.draft.details.get("act") in (PROMOTE, ROLL_BACK)]
    standing: list[str] = []
    for act in acts:
        if act.outcome != "ok":
            continue
        if act.act == ROLL_BACK:
            standing.pop()
        else:
            standing.append(act.version)
    return Champions(tuple(acts), tuple(standing))
