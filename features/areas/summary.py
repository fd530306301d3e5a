"""What is known of areas, as `strandcast areas show` prints it."""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.areas.drawing import Drawing
from features.areas.files import AreaFile
from features.areas.hierarchy import UPPER_LEVELS


def summary(file: AreaFile, drawing: Drawing) -> dict[str, Any]:
    """Return levels, facts, neighbours and shapes of areas as a document."""
    areas = file.areas
    counts = np.array([len(items) for items in areas.neighbours])
    return {
        "areas": len(areas),
        "level": areas.level,
        "code_column": file.code_column or None,
        "levels": [_level(file, level) for level in UPPER_LEVELS if level in areas.parents],
        "known": {
            "population": _known(areas.population),
            "hectares": _known(areas.hectares),
            "deprivation_decile": {"areas": int(np.isfinite(areas.deprivation_decile).sum())},
        },
        "neighbours": {
            "by": file.adjacency,
            "mean": round(float(counts.mean()), 3),
            "without": int((counts == 0).sum()),
        },
        "polygons": sum(shape is not None for shape in file.polygons),
        "drawn": {
            "as": drawing.kind,
            "note": drawing.note,
            "shapes": sum(shape is not None for shape in drawing.shapes),
        },
    }


def _level(file: AreaFile, level: str) -> dict[str, Any]:
    members = Counter(name for name in file.areas.parents[level] if name)
    sizes = sorted(members.values()) or [0]
    return {
        "level": level,
        "members": len(members),
        "areas_each": f"{sizes[0]}-{sizes[-1]}" if sizes[0] != sizes[-1] else str(sizes[0]),
        "blank": len(file.areas) - sum(members.values()),
        "inferred": level in file.inferred,
    }


def _known(values: NDArray[np.float64]) -> dict[str, float]:
    known = np.isfinite(values)
    return {"areas": int(known.sum()), "sum": round(float(values[known].sum()), 1)}
