"""A model made from its recipe and a panel, packed with all that it takes to make it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from features.panel import Panel
from ledger.artefacts import Artefact
from ledger.files import FileStore
from models.bundle import Bundle, Fitted, boosted_part, pack
from models.golden import golden
from models.kept_panels import kept_panel
from training.choice import Recipe
from training.evaluate import HoldOut
from training.provenance import provenance

ORIGIN, SNAPSHOT = "origin", "data_snapshot"


@dataclass(frozen=True, eq=False)
class Made:
    """A fitted model, how it did where it had not looked, and its files.

    Attributes:
        model: Fitted.
        hold_out: Forecasts of periods that an earlier fit had not seen.
        facts: What it was made of: hashes, seed, code, lock, libraries, processor.
        kept: The row that names the panel that it learnt from.
        bundle: Its files.
    """

    model: Fitted
    hold_out: HoldOut
    facts: Mapping[str, str]
    kept: Artefact
    bundle: Bundle


def make(panel: Panel, recipe: Recipe, horizons: tuple[int, ...], snapshot: str, files: FileStore) -> Made:
    """Fit a recipe to a panel and pack the model.

    Args:
        panel: What it learns from.
        recipe: How.
        horizons: To serve.
        snapshot: Hash that names the data behind the panel.
        files: Where the panel is kept, beside the model.

    Raises:
        ModelError: The history is too short.
    """
    model, hold_out = recipe.fit_checked(panel, horizons)
    kept = kept_panel(panel, files)
    trees = boosted_part(model)
    facts = {
        ORIGIN: panel.origin.isoformat(),
        SNAPSHOT: snapshot,
        "feature_spec": trees.spec.hash if trees else "",
        "seed": str(recipe.seed),
        **provenance(),
    }
    parts: dict[str, Any] = {
        "recipe": recipe.document(),
        "panel": {
            "name": kept.name,
            "sha256": kept.sha256,
            "kind": panel.kind,
            "periods": len(panel.counts),
            "areas": len(panel.areas),
            "strands": list(panel.strands),
        },
        "golden": golden(model, panel),
        "measures": hold_out.rows(),
    }
    return Made(model, hold_out, facts, kept, pack(model, facts, parts))
