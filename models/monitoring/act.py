"""What follows from monitoring: a suspension by threshold, proposed or made, and its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from features import periods
from features.knowledge import Knowledge
from models import suspension
from models.books import Books
from models.monitoring.measures import Monitoring
from models.monitoring.monitor import KIND, RecordedMonitoring, monitor, record
from models.monitoring.thresholds import Thresholds
from models.registry import Registered
from models.suspension import Suspension, suspension_of


@dataclass(frozen=True)
class Acted:
    """A monitoring and what followed from it.

    Attributes:
        recorded: The monitoring.
        proposed: Strands that the thresholds would suspend and that are not suspended yet, with their simple methods.
        held_back: Of these, those that a person went on with so lately that nothing new can be known.
        suspension: Where the champion stands now; None where it was never suspended.
        done: A suspension was made.
    """

    recorded: RecordedMonitoring
    proposed: dict[str, str]
    held_back: tuple[str, ...]
    suspension: Suspension | None
    done: bool

    def sentences(self) -> list[str]:
        """Return in words what is suspended, and what is proposed."""
        lines = [self.suspension.sentence()] if self.suspension else []
        waiting = {strand: method for strand, method in self.proposed.items() if strand not in self.held_back}
        if waiting and not self.done:
            named = ", ".join(f"{strand} ({method})" for strand, method in waiting.items())
            lines.append(f"Proposed: suspend the model for {named}. Do it with strandcast monitor --act.")
        if self.held_back and self.suspension:
            named = ", ".join(self.held_back)
            why = f"{self.suspension.by} went on with the model: {self.suspension.reason}"
            lines.append(f"Not suspended again yet: {named}. On {self.suspension.as_of} {why}")
        return [line for line in lines if line]

    def as_document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "monitoring": self.recorded.name,
            "audit_id": self.recorded.audit_id,
            **self.recorded.document,
            "proposed": self.proposed,
            "held_back": list(self.held_back),
            "suspended_now": self.done,
            "suspension": self.suspension.as_document() if self.suspension else None,
        }


def look(
    knowledge: Knowledge,
    champion: Registered,
    asked: Thresholds,
    *,
    as_of: date | None,
    act: bool,
    marks: Sequence[str],
    books: Books,
) -> Acted:
    """Monitor the champion, record it, and under `act` suspend it for the strands that are beyond the thresholds.

    After a person has lifted a suspension no strand is suspended by threshold until as many periods have passed as a
    verdict needs: until then the evidence is the one that the person knew.

    Raises:
        DataError: Nothing was known at that date.
        LedgerError: It could not be recorded; then nothing is suspended.
    """
    found = monitor(knowledge, champion, asked, as_of=as_of, books=books)
    recorded = record(found, marks, books)
    now = suspension_of(books.ledger, champion.version)
    held = now.strands if now else {}
    proposed = {strand: method for strand, method in found.to_suspend().items() if strand not in held}
    held_back = tuple(proposed) if now and now.lifted and _too_soon(found, now, asked) else ()
    acts = act and bool(set(proposed) - set(held_back))
    if acts:
        reason = "by threshold: " + "; ".join(f"{strand}: {found.why(strand)}" for strand in proposed)
        now = suspension.suspend(
            books,
            champion.version,
            proposed,
            reason=reason,
            as_of=found.as_of,
            monitoring=recorded.name,
        )
    return Acted(recorded, proposed, held_back, now, acts)


def lift_champion(books: Books, version: str, *, reason: str, today: date) -> Suspension:
    """End a version's suspension, as of the newest monitoring of it: what the person who lifts it could see.

    Raises:
        ModelError: The version is not suspended.
    """
    seen = [str(row.meta["as_of"]) for row in books.ledger.artefacts(KIND) if row.meta["model_version"] == version]
    as_of = date.fromisoformat(max(seen)) if seen else today
    return suspension.lift(books, version, reason=reason, as_of=as_of)


def _too_soon(found: Monitoring, lifted: Suspension, asked: Thresholds) -> bool:
    since = periods.ordinal(found.as_of, found.kind) - periods.ordinal(lifted.as_of, found.kind)
    return since < asked.window.fewest_periods
