"""The decision: all checks of a challenger, and whether it may become champion."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from errors import ModelError
from features.knowledge import Knowledge
from models.beside_months import months_ahead
from models.progress import Advance
from training.choice import Recipe
from training.gate.checks import CHALLENGER, CHAMPION, Check, Checks, at_most, below, not_assessed
from training.gate.compare import Comparison, compare
from training.gate.sample import Sample
from training.gate.settings import Gate
from training.gate.units import Units

Verdict = Literal["passed", "refused"]


@dataclass(frozen=True)
class Candidate:
    """A model that takes part.

    Attributes:
        version: Its name.
        recipe: How it is made; None where its manifest keeps none that can be read.
        horizons: Horizons that it serves.
        manifest_sha256: Hash of its manifest.
        panel_sha256: Hash of the panel that it learnt from.
        origin: What it learnt from ends before this day, ISO.
    """

    version: str
    recipe: Recipe | None
    horizons: tuple[int, ...]
    manifest_sha256: str
    panel_sha256: str
    origin: str

    def document(self) -> dict[str, Any]:
        """Return JSON values."""
        recipe = self.recipe.document() if self.recipe else None
        hashes = {"manifest_sha256": self.manifest_sha256, "panel_sha256": self.panel_sha256}
        return {"version": self.version, "origin": self.origin, "recipe": recipe, **hashes}


@dataclass(frozen=True, eq=False)
class Decision:
    """What the gate found.

    Attributes:
        challenger: The model that was looked at.
        champion: The present champion; None before the first promotion.
        gate: The thresholds in force.
        comparison: What was compared; None where nothing could be.
        drawn: What was drawn for the intervals; empty where nothing could be compared.
        checks: Every check.
        notes: What must be known to read the checks, a sentence each.
    """

    challenger: Candidate
    champion: Candidate | None
    gate: Gate
    comparison: Comparison | None
    drawn: str
    checks: tuple[Check, ...]
    notes: tuple[str, ...]

    @property
    def refusals(self) -> tuple[Check, ...]:
        """Checks that stand in the way."""
        return tuple(check for check in self.checks if check.stands_in_the_way)

    @property
    def verdict(self) -> Verdict:
        """Whether the model may become champion."""
        return "refused" if self.refusals else "passed"

    @property
    def short_history(self) -> bool:
        """Whether there were too few origins to draw them."""
        return self.drawn not in ("", "origins")

    def sentence(self) -> str:
        """Return the verdict in one sentence."""
        if self.verdict == "passed":
            made = sum(check.outcome == "passed" for check in self.checks)
            left = sum(check.outcome == "not assessed" for check in self.checks)
            assessed = f", {left} not assessed" if left else ""
            return f"{self.challenger.version} passed the gate: {made} checks passed{assessed}."
        why = "; ".join(_reason(check) for check in self.refusals)
        then = "the champion stays" if self.champion else "there is still no champion"
        return f"{self.challenger.version} is refused by the gate, and {then}: {why}."

    def document(self) -> dict[str, Any]:
        """Return the decision and its evidence as JSON values."""
        compared = self.comparison
        return {
            "verdict": self.verdict,
            "challenger": self.challenger.document(),
            "champion": self.champion.document() if self.champion else None,
            "compared": "recipes, each fitted again at past origins; the models themselves may have seen the periods",
            "origins": list(compared.origins) if compared else [],
            "horizons": list(compared.horizons) if compared else [],
            "drawn": self.drawn,
            "short_history": self.short_history,
            "checks": [check.document() for check in self.checks],
            "methods": _methods(compared.sample) if compared else {},
            "notes": list(self.notes),
            "gate_file": {"shipped": self.gate.shipped, "sha256": self.gate.sha256},
            "thresholds": self.gate.file.model_dump(mode="json"),
        }


def decide(
    knowledge: Knowledge,
    challenger: Candidate,
    champion: Candidate | None,
    gate: Gate,
    *,
    champion_flies: Callable[[], bool],
    advance: Advance,
) -> Decision:
    """Compare a challenger with the champion and the simple methods, and judge it.

    Args:
        knowledge: What was known when.
        challenger: The model that wants to be champion.
        champion: The present one.
        gate: The thresholds.
        champion_flies: Whether the champion passes its pre-flight; a tie keeps only one that can forecast.
        advance: Told of progress.

    Raises:
        ModelError: The challenger keeps no recipe.
    """
    if challenger.recipe is None:
        raise ModelError("keeps no recipe that can be read", place=challenger.version, fix="train again")
    rival = _rival(challenger, champion)
    simple = gate.file.schedule.simple
    recipes = {name: Recipe(name, challenger.recipe.calendar, challenger.recipe.seed) for name in simple}
    recipes |= {CHALLENGER: challenger.recipe, **({CHAMPION: rival} if rival else {})}
    notes = _notes(challenger, champion, gate)
    ties = _tie(challenger, champion, champion_flies)
    try:
        knowledge, horizons = judged_on(knowledge, challenger.horizons)
        compared = compare(knowledge, recipes, horizons, gate.file.schedule, advance)
    except ModelError as error:
        nothing = not_assessed("comparison", error.problem, at_most(0.0), required=True)
        return Decision(challenger, champion, gate, None, "", (*ties, nothing), notes)
    units = _units(compared, gate)
    checks = Checks(compared.sample, units, gate.file.limits)
    # Of equals the first in the file. One method stands for them all: two could each keep the other out.
    best = min(simple, key=compared.sample.mean_crps)
    made = [*ties]
    if rival:
        made += checks.against_champion()
    made += [*checks.against_simple(best), *checks.worst(CHAMPION if rival else best)]
    made += [*checks.calibration(), *checks.deciles()]
    if units.short:
        notes += (f"Short history: {len(compared.origins)} origins, so {units.drawn} were drawn.",)
    return Decision(challenger, champion, gate, compared, units.drawn, tuple(made), notes)


def judged_on(knowledge: Knowledge, horizons: tuple[int, ...]) -> tuple[Knowledge, tuple[int, ...]]:
    """Return what candidates are compared on: months where only months were counted, for weeks then have no truth."""
    panel = knowledge.as_recorded().at().panel
    if panel.months is None or panel.complete.any():
        return knowledge, horizons
    return replace(knowledge, period="month"), tuple(range(1, months_ahead(panel, horizons) + 1))


def _rival(challenger: Candidate, champion: Candidate | None) -> Recipe | None:
    """Return the champion's recipe, if it is another one that can be fitted: a recipe only ties with itself."""
    if champion is None or champion.recipe == challenger.recipe:
        return None
    return champion.recipe


def _tie(challenger: Candidate, champion: Candidate | None, champion_flies: Callable[[], bool]) -> list[Check]:
    """Return the check of a challenger that is made as the champion is: only newer data can speak for it."""
    if champion is None or champion.recipe is None or champion.recipe != challenger.recipe:
        return []
    name, rule = "made as the champion is", below(0.0)
    if not champion_flies():
        return [Check(name, "the champion cannot be loaded any more", CHAMPION, None, None, None, "", "passed")]
    if challenger.origin > champion.origin:
        about = f"learnt up to {challenger.origin}, the champion up to {champion.origin}"
        return [Check(name, about, CHAMPION, None, None, None, "learnt from newer periods", "passed")]
    if challenger.panel_sha256 != champion.panel_sha256 and challenger.origin == champion.origin:
        about = "learnt from the same periods, whose records were corrected since"
        return [Check(name, about, CHAMPION, None, None, None, "learnt from newer records", "passed")]
    about = "same recipe and nothing newer learnt: a tie keeps the champion"
    return [Check(name, about, CHAMPION, 0.0, 0.0, 0.0, rule.words, "failed")]


def _units(compared: Comparison, gate: Gate) -> Units:
    interval, sample = gate.file.interval, compared.sample
    rng = np.random.default_rng(interval.seed)
    origins = len(compared.origins)
    if origins >= interval.short_history_below:
        # Origins whose targets overlap go together.
        run = -(-max(compared.horizons) // compared.every)
        return Units.of_origins(origins, run, interval.draws, interval.share, rng)
    drawn: Literal["districts", "areas"] = "districts" if sample.districts else "areas"
    return Units.of_blocks(len(sample.blocks), interval.draws, interval.share, rng, drawn=drawn)


def _notes(challenger: Candidate, champion: Candidate | None, gate: Gate) -> tuple[str, ...]:
    notes = []
    if gate.shipped:
        notes.append("The workspace has no gate.toml: the shipped thresholds hold.")
    if champion is None:
        notes.append("There is no champion yet: the simple methods are what is to be beaten.")
    elif champion.recipe is None:
        notes.append(f"The champion {champion.version} keeps no recipe that can be read, so it was not compared.")
    elif champion.recipe == challenger.recipe:
        notes.append("Challenger and champion are made alike: the recipe was compared with the simple methods alone.")
    return tuple(notes)


def _methods(sample: Sample) -> Mapping[str, Any]:
    """Return the measures of every method, overall and the CRPS by strand."""
    cells = sample.cells.sum(axis=(0, 1))
    return {
        name: {
            "crps": sample.mean_crps(name),
            "poisson_deviance": sample.mean_deviance(name),
            "crps_by_strand": {
                strand: float(sums / n) if n else None
                for strand, sums, n in zip(sample.strands, sample.crps[name].sum(axis=(0, 1)), cells, strict=True)
            },
        }
        for name in sample.crps
    }


def _reason(check: Check) -> str:
    against = f" against {check.against}" if check.against else ""
    if not check.shown:
        return f"{check.name}{against} is not assessed ({check.about})"
    return f"{check.name} ({check.about}){against} is {check.shown} and must {check.rule}"
