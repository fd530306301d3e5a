"""Explanations and decisions made again: the same function, in the ledger as it stood, must ask for the same event."""

from collections.abc import Callable, Mapping

from errors import StrandcastError
from ledger.artefacts import Json
from ledger.events import RESERVED, Event, Scalar
from ledger.rehearsal import Rehearsal, ScratchFiles
from models.allocation.decisions import answers, decide
from models.allocation.decisions.history import ISSUE
from models.books import Books
from models.explanation.contributions import explain_run
from models.replay.compare import compared_documents
from models.replay.inputs import Kept
from models.replay.outcome import Part
from models.replay.surroundings import KIND as SURROUNDINGS


def explanation_parts(kept: Kept, event: Event) -> list[Part]:
    """Return what is found of an explanation of the command line."""
    said = event.draft.details
    run_id = event.draft.object.partition("/")[2]
    area, strand, horizon = said.get("area_code"), said.get("strand"), said.get("horizon")
    rehearsal = Rehearsal(kept.ledger, event)

    def explained() -> None:
        explain_run(
            rehearsal,
            ScratchFiles(kept.files.root),
            run_id,
            area_code=None if area is None else str(area),
            strand=str(strand),
            horizon=None if horizon is None else int(horizon),
            actor=event.draft.actor,
        )

    if event.draft.object_hash is None:
        return [Part("the explanation's hash", "absent", "it was given before hashes of explanations were recorded")]
    return _compared("the explanation", event, rehearsal, explained, without=(SURROUNDINGS,))


def decision_parts(kept: Kept, event: Event) -> list[Part]:
    """Return what is found of a decision on a plan or a task: whether it was open to who took it, and what it moved."""
    said = {key: "" if value is None else str(value) for key, value in event.draft.details.items()}
    rehearsal = Rehearsal(kept.ledger, event)
    books = Books(rehearsal, ScratchFiles(kept.files.root), said.get("entered_by", event.draft.actor))
    name, by, reason = event.draft.object.partition("/")[2], event.draft.actor, said.get("reason", "")

    def decided() -> None:
        if event.draft.object.startswith(f"{answers.KIND}/"):
            answer = answers.accept if said["act"] == answers.ACCEPT else answers.decline
            answer(books, name, by=by, reason=reason)
        else:
            (decide.issue if said["act"] == ISSUE else decide.reject)(books, name, by=by, reason=reason)

    return _compared("the decision", event, rehearsal, decided)


def _compared(
    name: str, event: Event, rehearsal: Rehearsal, act: Callable[[], object], without: tuple[str, ...] = ()
) -> list[Part]:
    """Do an act again, and compare the event that it asks for with the one that was recorded."""
    try:
        act()
    except StrandcastError as error:
        return [Part(f"making {name} again", "differs", str(error).rstrip("."))]
    made, recorded = rehearsal.draft, event.draft
    if made is None:
        return [Part(f"making {name} again", "differs", "nothing would be recorded")]
    digests = (recorded.object_hash or "", made.object_hash or "")
    parts = [Part(name, "same" if digests[0] == digests[1] else "differs", "", *digests)]
    # Who keeps the ledger adds details of the request; what the act itself says must be there.
    own = {key: value for key, value in made.details.items() if key not in without}
    moves: dict[str, Scalar] = {f"alias:{kind}/{alias}": means for (kind, alias), means in rehearsal.moves.items()}
    parts.append(compared_documents("what was recorded of it", _held(recorded.details, own), _plain(own)))
    aliases = {key: value for key, value in recorded.details.items() if key.startswith("alias:")}
    parts.append(compared_documents("what it moved", _plain(aliases), _plain(moves)))
    return parts


def _held(details: Mapping[str, Scalar], own: Mapping[str, Scalar]) -> dict[str, Json]:
    return {key: details.get(key) for key in own if not key.startswith(RESERVED)}


def _plain(details: Mapping[str, Scalar]) -> dict[str, Json]:
    return dict(details)
