"""A model on disk: a JSON manifest and LightGBM's text of the trees. Nothing is pickled."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from errors import ModelError
from features.calendar import Calendar
from features.spec import FeatureSpec, Offset
from models.beside_months import BesideMonths, PartForecaster
from models.boosted import BoostedForecaster
from models.day_weights import DayWeights
from models.simple import SimpleForecaster
from models.spread import Spread
from models.stacked import StackedForecaster

FORMAT = 2
Fitted = PartForecaster | BesideMonths
# Where weeks are forecast beside months: the two models within, in the order in which their trees follow each other.
_WITHIN = ("monthly", "weekly")


@dataclass(frozen=True)
class Bundle:
    """The two files of a model.

    Attributes:
        manifest: Everything but the trees, canonical JSON.
        booster: LightGBM's text; empty for a simple method.
    """

    manifest: bytes
    booster: bytes

    @property
    def digest(self) -> str:
        """SHA-256 over both files; the manifest names the booster's hash, so the manifest's hash is enough."""
        return hashlib.sha256(self.manifest).hexdigest()


def pack(model: Fitted, facts: Mapping[str, Any], parts: Mapping[str, Any] | None = None) -> Bundle:
    """Return the files of a model.

    Args:
        model: Fitted.
        facts: What it was made of: origin, hashes, seed, versions; JSON values.
        parts: What else its manifest keeps, by the part's name, such as how it is made again; JSON values.
    """
    described, booster = _beside_months(model) if isinstance(model, BesideMonths) else _described(model)
    document = {
        "format": FORMAT,
        "booster_sha256": hashlib.sha256(booster).hexdigest(),
        "facts": dict(facts),
        **(parts or {}),
        **described,
    }
    return Bundle(json.dumps(document, sort_keys=True, indent=1, allow_nan=False).encode(), booster)


def boosted_part(model: Fitted) -> BoostedForecaster | None:
    """Return the part of a model that has trees, of weeks beside months the months'; None where there is none."""
    shown = model.monthly if isinstance(model, BesideMonths) else model
    if isinstance(shown, StackedForecaster):
        return shown.boosted
    return shown if isinstance(shown, BoostedForecaster) else None


def _described(model: PartForecaster) -> tuple[dict[str, Any], bytes]:
    """Return a model of one kind of period as JSON values and trees."""
    document: dict[str, Any] = {
        "method": model.method,
        "horizons": list(model.horizons),
        "spread": model.spread.document(),
    }
    if isinstance(model, StackedForecaster):
        return {**document, **_stacked(model)}, model.boosted.booster.encode() if model.boosted else b""
    if not isinstance(model, BoostedForecaster):
        return document, b""
    document |= {
        "spec": asdict(model.spec),
        "strands": list(model.strands),
        "calibration": model.calibration.tolist(),
        "calendar": calendar_document(model.calendar),
    }
    return document, model.booster.encode()


def _stacked(model: StackedForecaster) -> dict[str, Any]:
    """Return what a stack holds beside its trees, which are those of its boosted member."""
    return {
        "strands": list(model.strands),
        "members": [_described(member)[0] for member in model.members],
        "weights": model.weights.tolist(),
        "fallback": list(model.fallback),
        "level_fallback": {level: list(names) for level, names in model.level_fallback.items()},
    }


def _beside_months(model: BesideMonths) -> tuple[dict[str, Any], bytes]:
    """Return a model of weeks beside months as JSON values and the trees of both models within, one after the other."""
    within, trees = {}, b""
    for name in _WITHIN:
        part: PartForecaster | None = getattr(model, name)
        if part is not None:
            described, booster = _described(part)
            within[name] = {**described, "booster_bytes": len(booster)}
            trees += booster
    document = {
        "method": model.method,
        "horizons": list(model.horizons),
        "strands": list(model.strands),
        "dated": list(model.dated),
        "days": model.days.document(),
        "calendar": calendar_document(model.calendar),
        "within": within,
    }
    return document, trees


def unpack(bundle: Bundle) -> Fitted:
    """Return the model of two files.

    The trees' hash is checked against the manifest before LightGBM parses them: its parser is not memory-safe.

    Raises:
        ModelError: The manifest cannot be read, or the trees are not the ones it names.
    """
    try:
        document = json.loads(bundle.manifest)
        if document["format"] != FORMAT:
            raise ModelError(f"has another format than {FORMAT}", place="model manifest", fix="train again")
        if hashlib.sha256(bundle.booster).hexdigest() != document["booster_sha256"]:
            raise ModelError(
                "trees are not those of the manifest", place="model", fix="restore the file or train again"
            )
        if "within" in document:
            return _of_both(document, bundle.booster)
        return _model(document, bundle.booster.decode())
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"cannot be read ({type(error).__name__})", place="model manifest", fix="train again"
        ) from error


def _of_both(document: Mapping[str, Any], trees: bytes) -> BesideMonths:
    within: dict[str, PartForecaster] = {}
    for name in _WITHIN:
        if name in document["within"]:
            described = document["within"][name]
            mine, trees = trees[: described["booster_bytes"]], trees[described["booster_bytes"] :]
            within[name] = _model(described, mine.decode())
    return BesideMonths(
        horizons=tuple(document["horizons"]),
        strands=tuple(document["strands"]),
        dated=tuple(document["dated"]),
        weekly=within.get("weekly"),
        monthly=within["monthly"],
        days=DayWeights.read(document["days"]),
        calendar=calendar_of(document["calendar"]),
    )


def _model(document: Mapping[str, Any], booster: str) -> PartForecaster:
    if document["method"] == "stacked":
        return StackedForecaster(
            strands=tuple(document["strands"]),
            members=tuple(_member(member, booster) for member in document["members"]),
            weights=np.array(document["weights"], dtype=np.float64),
            spread=Spread.of(document["spread"]),
            fallback=tuple(document["fallback"]),
            level_fallback={level: tuple(names) for level, names in document["level_fallback"].items()},
        )
    return _member(document, booster)


def _member(document: Mapping[str, Any], booster: str) -> BoostedForecaster | SimpleForecaster:
    spread = Spread.of(document["spread"])
    if document["method"] != "boosted":
        return SimpleForecaster(document["method"], tuple(document["horizons"]), spread)
    features: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in document["spec"].items()
    }
    offset = Offset(**features.pop("offset"))
    return BoostedForecaster(
        spec=FeatureSpec(**features, offset=offset),
        strands=tuple(document["strands"]),
        booster=booster,
        calibration=np.array(document["calibration"], dtype=np.float64),
        spread=spread,
        calendar=calendar_of(document["calendar"]),
    )


def calendar_document(calendar: Calendar) -> dict[str, Any]:
    """Return a calendar as JSON values."""
    terms = [[first.isoformat(), last.isoformat()] for first, last in calendar.terms]
    return {"region": calendar.region, "terms": terms}


def calendar_of(document: Mapping[str, Any]) -> Calendar:
    """Return the calendar of a document."""
    terms = tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in document["terms"])
    return Calendar(document["region"], terms)
