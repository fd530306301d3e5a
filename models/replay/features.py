"""What a model is told of an area, as one hash."""

import hashlib
import json
from dataclasses import asdict

from models.beside_months import BesideMonths
from models.boosted import BoostedForecaster
from models.forecaster import DemandForecaster
from models.stacked import StackedForecaster
from models.stand_in import PartlySuspended


def features_sha256(model: DemandForecaster) -> str:
    """Return the hash of the specification of a model's features; "" where it has none, as a simple method."""
    specs = [asdict(part.spec) for part in _boosted(model)]
    if not specs:
        return ""
    return hashlib.sha256(json.dumps(specs, sort_keys=True, default=str).encode()).hexdigest()


def _boosted(model: DemandForecaster) -> list[BoostedForecaster]:
    if isinstance(model, PartlySuspended):
        return _boosted(model.model)
    if isinstance(model, BesideMonths):
        parts = [part for part in (model.monthly, model.weekly) if part is not None]
        return [spec for part in parts for spec in _boosted(part)]
    if isinstance(model, StackedForecaster):
        return [model.boosted] if model.boosted else []
    return [model] if isinstance(model, BoostedForecaster) else []
