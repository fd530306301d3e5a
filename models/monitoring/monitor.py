"""One look at the champion: what is known now beside what it was trained for, measured and recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from features import periods
from features.knowledge import Knowledge
from ledger.artefacts import Artefact
from ledger.events import Draft
from ledger.texts import settled
from models.books import Books
from models.boosted import BoostedForecaster
from models.kinds import MONITORING
from models.monitoring import measures
from models.monitoring.measures import Monitoring
from models.monitoring.recorded import scores
from models.monitoring.stability import stability, watched
from models.monitoring.thresholds import Thresholds
from models.registry import Registered

KIND = MONITORING


def monitor(
    knowledge: Knowledge,
    champion: Registered,
    asked: Thresholds,
    *,
    as_of: date | None,
    books: Books,
) -> Monitoring:
    """Measure the champion against what was known at a date, or is known now.

    Raises:
        DataError: Nothing was known then.
        LedgerError: A recorded run or panel was changed.
    """
    known = knowledge.at(as_of)
    truth = knowledge.as_recorded().at(as_of).panel if knowledge.changes else known.panel
    panel, window = known.panel, asked.window
    trained = periods.ordinal(champion.origin, panel.kind)
    found = scores(books, champion.version, truth, trained, window.periods)
    learner = _learner(champion.model)
    spec = watched(learner.spec if learner else None, panel)
    calendar = learner.calendar if learner else None
    moved = stability(spec, panel, trained, window.periods, window.fewest_periods, calendar)
    verdicts = [
        *measures.of_scores(found, panel.strands, asked, panel.kind),
        *measures.of_stability(moved, panel.strands, asked.features),
        *measures.of_levels(panel, trained, asked.level_shift),
        *measures.of_lateness(panel, knowledge.at(champion.origin).panel, asked.late),
        measures.of_age(panel, trained, asked.age),
    ]
    looked_at = () if isinstance(found, str) else found.periods
    return Monitoring(
        champion.version,
        champion.origin,
        panel.as_of,
        panel.kind,
        known.snapshot_hash,
        tuple(periods.start(period, panel.kind) for period in looked_at),
        () if isinstance(found, str) else found.runs,
        panel.strands,
        tuple(verdicts),
        measures.best_methods(found, panel.strands),
        asked,
        measures.weekly(found, panel.strands),
        measures.pit_shares(found, panel.strands),
    )


def _learner(model: object) -> BoostedForecaster | None:
    """Return the part of a model that was trained on features; None where none was, as of a simple method."""
    for part in (model, *getattr(model, "members", ())):
        if isinstance(part, BoostedForecaster):
            return part
    return None


@dataclass(frozen=True)
class RecordedMonitoring:
    """A monitoring with its place in the ledger.

    Attributes:
        name: Its name; the same facts give the same one.
        audit_id: The event of this look.
        document: What was found, JSON values.
    """

    name: str
    audit_id: str
    document: dict[str, Any]


def record(found: Monitoring, marks: Sequence[str], books: Books) -> RecordedMonitoring:
    """Record what was found before anybody sees it; the same facts are kept once.

    Args:
        found: The measures.
        marks: What stands with everything shown: that the data are made up, their source.
        books: Where it is recorded, and who looked.

    Raises:
        LedgerError: It could not be recorded.
    """
    document = {**found.as_document(), "marks": list(marks)}
    text = settled(document)
    stored = books.files.put(text, KIND, ".json")
    name = f"{found.as_of}-{stored.sha256[:8]}"
    held = books.ledger.held(KIND, name)
    meta = {"model_version": found.version, "as_of": found.as_of.isoformat(), "state": found.state}
    draft = Draft(
        "consultation" if held else "model",
        f"{KIND}/{name}",
        books.actor,
        object_hash=stored.sha256,
        details={
            "act": "monitor",
            **meta,
            "retrain": "; ".join(found.to_retrain()),
            "suspend": "; ".join(found.to_suspend()),
        },
    )
    event = books.ledger.append(draft, artefacts=[] if held else [Artefact.of(KIND, name, stored, meta)])
    return RecordedMonitoring(name, event.audit_id, document)
