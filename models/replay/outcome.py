"""What a replay finds, as one typed document: the same, nearly the same, other, or why it cannot be told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ledger.artefacts import Json
from models.replay.surroundings import Difference

# What is found of one part. "close": not the same bits, every number within 1e-9 of its value. "changed": a file is
# not the one that was recorded. "absent": it is not there.
Verdict = Literal["same", "close", "differs", "changed", "absent"]
Outcome = Literal["same", "close", "differs", "cannot"]


@dataclass(frozen=True)
class Part:
    """One thing that was compared.

    Attributes:
        name: What it is, such as "panel", "model trees" or "the plan's document".
        verdict: What was found.
        said: Where it differs first, or why it is absent; "" where it is the same.
        recorded: Hash or value that was recorded, "" where none was.
        found: Hash or value that was found.
    """

    name: str
    verdict: Verdict
    said: str = ""
    recorded: str = ""
    found: str = ""

    def document(self) -> dict[str, Json]:
        """Return it as JSON values."""
        return dict(vars(self))

    def sentence(self) -> str:
        """Return it in words."""
        words = {"changed": "is not what was recorded", "close": "is within 1e-9, not the same bits"}
        told = words.get(self.verdict, {"same": "is the same"}.get(self.verdict, self.verdict))
        return f"{self.name} {told}" + (f": {self.said}" if self.said else "")


@dataclass(frozen=True)
class Replay:
    """A replay.

    Attributes:
        asked: The identifier that was asked for.
        audit_id: The event that was made again.
        object: What it is about.
        kind: "forecast", "plan", "explanation", "decision", "model" or "answer".
        parts: What was compared, inputs first.
        surroundings: Where code, lock, libraries, processor or threads are not those of then.
        unknown: The surroundings of then were not recorded, or their record is gone.
        revision: Of the code that was recorded; "" where none was.
        notes: What else there is to say, in sentences.
    """

    asked: str
    audit_id: str
    object: str
    kind: str
    parts: tuple[Part, ...]
    surroundings: tuple[Difference, ...] = ()
    unknown: bool = False
    revision: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def outcome(self) -> Outcome:
        """What follows from the parts.

        A part that differs under other code, or under another lock, tells nothing of what was recorded: it cannot be
        replayed here. A changed file is named whatever else is found.
        """
        verdicts = {part.verdict for part in self.parts}
        if "changed" in verdicts:
            return "differs"
        if "absent" in verdicts or not self.parts:
            return "cannot"
        if "differs" in verdicts:
            return "cannot" if self.absent_surroundings else "differs"
        return "close" if "close" in verdicts else "same"

    @property
    def absent_surroundings(self) -> tuple[str, ...]:
        """What was recorded of code, lock and Python and is not here."""
        if self.unknown:
            return ("a record of the code and lock that it was made with",)
        return tuple(
            f"{item.part} {item.recorded[:16] or '(none)'}"
            for item in self.surroundings
            if item.part.startswith("code") or item.part in ("lock", "python")
        )

    @property
    def first(self) -> Part | None:
        """The first part that is not the same."""
        return next((part for part in self.parts if part.verdict != "same"), None)

    @property
    def absent(self) -> tuple[str, ...]:
        """What a replay that cannot be done lacks."""
        if self.outcome != "cannot":
            return ()
        return tuple(part.name for part in self.parts if part.verdict == "absent") or self.absent_surroundings

    def sentence(self) -> str:
        """Return the outcome in words."""
        first = self.first
        match self.outcome:
            case "same":
                other = "" if not self.surroundings else ", although " + _listed(self.surroundings)
                return f"{self.object} was made again and is the same to the bit{other}."
            case "close":
                other = _listed(self.surroundings) if self.surroundings else "the surroundings are those of then"
                return f"{self.object} was made again within 1e-9, not to the bit: {other}."
            case "differs":
                return f"{self.object} differs: {first.sentence() if first else ''}."
        lacking = "; ".join(self.absent) or "what it was made of"
        why = f" ({first.said or first.sentence()})" if first else ""
        there = f" It was made at revision {self.revision}." if self.revision and self.absent_surroundings else ""
        return f"{self.object} cannot be replayed here; what is absent: {lacking}{why}.{there}"

    def document(self) -> dict[str, Json]:
        """Return it as JSON values."""
        first = self.first
        return {
            "asked": self.asked,
            "audit_id": self.audit_id,
            "object": self.object,
            "kind": self.kind,
            "outcome": self.outcome,
            "first_difference": None if first is None else first.document(),
            "absent": list(self.absent),
            "parts": [part.document() for part in self.parts],
            "surroundings": [item.document() for item in self.surroundings],
            "revision": self.revision,
            "notes": list(self.notes),
            "sentence": self.sentence(),
        }


def _listed(found: Sequence[Difference]) -> str:
    names = ", ".join(item.part for item in found)
    return f"{names} {'is' if len(found) == 1 else 'are'} not of then"
