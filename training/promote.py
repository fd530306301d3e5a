"""Promotion and rollback: how the alias `champion` moves, and how it does not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from errors import LedgerError, ModelError
from features.knowledge import Knowledge
from ledger.artefacts import Artefact
from ledger.events import Draft, Scalar
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.champions import PROMOTE, ROLL_BACK, champions
from models.four_eyes import check_others
from models.preflight import preflight
from models.progress import Advance
from models.registry import CHALLENGER, CHAMPION, KIND, read_manifest, resolve
from training.choice import Recipe
from training.gate.decision import Candidate, Decision, decide
from training.gate.evidence import Evidence, keep
from training.gate.settings import Gate
from training.record import Tracker


@dataclass(frozen=True)
class Promotion:
    """What came of asking for a promotion.

    Attributes:
        version: The model that was asked for.
        replaced: The champion before; None for the first.
        promoted: Whether it is champion now.
        decision: What the gate found.
        evidence: Name under which the decision is kept.
        mirrored: Whether the tracker shows the champion too; False where the model was trained untracked.
        audit_id: The event.
    """

    version: str
    replaced: str | None
    promoted: bool
    decision: Decision
    evidence: str
    mirrored: bool
    audit_id: str


@dataclass(frozen=True)
class Rollback:
    """What a rollback did.

    Attributes:
        version: The champion now, which was champion before.
        replaced: The champion that was rolled back.
        mirrored: Whether the tracker shows it too.
        audit_id: The event.
    """

    version: str
    replaced: str
    mirrored: bool
    audit_id: str


@dataclass(frozen=True)
class Registry:
    """Where models are, and who moves the champion.

    Attributes:
        ledger: Holds the truth.
        files: Models and evidence.
        tracker: Mirrors it.
        actor: Who.
        four_eyes: Whether whoever trained a model may not promote it.
    """

    ledger: Ledger
    files: FileStore
    tracker: Tracker
    actor: str
    four_eyes: bool = False


def promote(
    registry: Registry,
    knowledge: Knowledge,
    gate: Gate,
    *,
    name: str = CHALLENGER,
    reason: str,
    despite: str | None = None,
    synthetic: bool,
    advance: Advance,
) -> Promotion:
    """Let a model through the gate, or not; either is recorded with its evidence.

    Args:
        registry: Models and the person.
        knowledge: What was known when.
        gate: The thresholds.
        name: "challenger" or a version.
        reason: Why, in the person's words.
        despite: Why a model that the gate refuses is promoted all the same; None: it is not.
        synthetic: Whether the data are made up, which the evidence then says.
        advance: Told of progress.

    Raises:
        AccessError: Four eyes are asked for, and these are the two that trained it.
        ModelError: There is no such model, it is champion already, or it fails its pre-flight.
        LedgerError: It could not be recorded, or another promotion came first: the champion is the one before.
    """
    _say_why(reason, "--reason")
    if despite is not None:
        _say_why(despite, "--despite")
    ledger, files = registry.ledger, registry.files
    version, before = resolve(ledger, name), ledger.alias(KIND, CHAMPION)
    if version == before:
        raise ModelError("is champion already", place=version, fix="train a new challenger first")
    if registry.four_eyes:
        check_others(ledger.event_of(KIND, version), (registry.actor,), "promote", f"model {version}")
    preflight(ledger, files, version)
    champion = _candidate(ledger, files, before) if before else None
    decision = decide(
        knowledge,
        _candidate(ledger, files, version),
        champion,
        gate,
        champion_flies=lambda: before is not None and _flies(ledger, files, before),
        advance=advance,
    )
    words = {"reason": reason, "despite": despite if decision.verdict == "refused" else None}
    evidence = keep(decision, ledger, files, actor=registry.actor, words=words, synthetic=synthetic)
    promoted = decision.verdict == "passed" or despite is not None
    registry.tracker.log_decision(version, evidence.name, evidence.document, evidence.picture)
    audit_id, mirrored = _record(registry, version, before, evidence, words, promoted=promoted)
    return Promotion(version, before, promoted, decision, evidence.name, mirrored, audit_id)


def roll_back(registry: Registry, *, reason: str) -> Rollback:
    """Put the former champion back. It passes its pre-flight; no gate looks at it, and the record says so.

    Raises:
        ModelError: There is no former champion, or it fails its pre-flight.
        LedgerError: It could not be recorded, or another promotion came first: the champion is the one before.
    """
    _say_why(reason, "--reason")
    ledger = registry.ledger
    standing = champions(ledger).standing
    before = ledger.alias(KIND, CHAMPION)
    if len(standing) < 2 or before is None:
        raise ModelError("there is no former champion", place="registry", fix="promote another model instead")
    version = standing[-2]
    preflight(ledger, registry.files, version)
    details: dict[str, Scalar] = {"act": ROLL_BACK, "replaced": before, "reason": reason, "gate": "not asked"}
    audit_id, mirrored = move(registry, version, before, details, ())
    return Rollback(version, before, mirrored, audit_id)


def move(
    registry: Registry, version: str, before: str | None, details: Mapping[str, Scalar], artefacts: Sequence[Artefact]
) -> tuple[str, bool]:
    """Make a model champion in the place of the one that was decided on; alias and event are written together.

    The tracker is told first: if it cannot be told nothing moves, and if the ledger then fails it is told who is
    champion.

    Returns:
        The event's audit id, and whether the tracker shows the champion.

    Raises:
        MovedMeanwhileError: Another promotion came first.
        LedgerError: It could not be recorded; the champion is the one before.
    """
    ledger, tracker = registry.ledger, registry.tracker
    mirrored = tracker.set_champion(version)
    draft = Draft("model", f"model/{version}", registry.actor, object_hash=_hash(artefacts), details=details)
    alias = (KIND, CHAMPION)
    try:
        event = ledger.append(draft, artefacts=artefacts, aliases={alias: version}, only_while={alias: before})
    except BaseException:
        # No version has an empty name: the tracker then shows no champion, as before the first promotion.
        tracker.set_champion(ledger.alias(*alias) or "")
        raise
    return event.audit_id, mirrored


def _record(
    registry: Registry,
    version: str,
    before: str | None,
    evidence: Evidence,
    words: Mapping[str, str | None],
    *,
    promoted: bool,
) -> tuple[str, bool]:
    details: dict[str, Scalar] = {
        "act": PROMOTE,
        "replaced": before,
        "gate": evidence.verdict,
        "evidence": evidence.name,
        **words,
    }
    if promoted:
        return move(registry, version, before, details, evidence.artefacts)
    draft = Draft(
        "model",
        f"model/{version}",
        registry.actor,
        object_hash=_hash(evidence.artefacts),
        outcome="refused",
        details=details,
    )
    return registry.ledger.append(draft, artefacts=evidence.artefacts).audit_id, False


def _candidate(ledger: Ledger, files: FileStore, version: str) -> Candidate:
    """Return what the gate needs to know of a model; a champion of an earlier format may keep no recipe."""
    row = ledger.artefact(KIND, version)
    manifest = read_manifest(ledger, files, version)
    try:
        recipe: Recipe | None = Recipe.of_manifest(manifest)
    except ModelError:
        recipe = None
    horizons = tuple(int(h) for h in manifest.get("horizons", ()))
    panel = manifest.get("panel", {}).get("sha256", "")
    return Candidate(version, recipe, horizons, row.sha256, panel, str(row.meta["origin"]))


def _flies(ledger: Ledger, files: FileStore, version: str) -> bool:
    try:
        preflight(ledger, files, version)
    except (ModelError, LedgerError):
        return False
    return True


def _hash(artefacts: Sequence[Artefact]) -> str | None:
    return artefacts[0].sha256 if artefacts else None


def _say_why(text: str, option: str) -> None:
    if not text.strip():
        raise ModelError("is empty", place=option, fix="say why, in your words")
