"""A map as it is kept and read, by processes that know nothing of geometry too."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from ledger.artefacts import Artefact
from ledger.files import FileStore
from ledger.ledger import Ledger
from ledger.texts import compact
from models.kinds import MAP


@dataclass(frozen=True)
class Outline:
    """One area as it is drawn.

    Attributes:
        code: Its code.
        path: SVG path, on the grid; "" where nothing is known to draw.
        at: A point inside, on the grid.
    """

    code: str
    path: str
    at: tuple[int, int]


@dataclass(frozen=True)
class Map:
    """All areas of a run as they are drawn, on a grid of whole numbers, y downwards.

    Attributes:
        kind: What the shapes are: "polygons", "cells" or "schematic".
        note: What a reader must know of them; "" for real boundaries.
        width: Steps of the grid across.
        height: Steps of the grid down.
        areas: In the order of their codes.
        borders: SVG paths round districts, or what stands for them.
        labels: District -> where its name stands.
    """

    kind: str
    note: str
    width: int
    height: int
    areas: tuple[Outline, ...]
    borders: tuple[str, ...]
    labels: Mapping[str, tuple[int, int]]

    def to_bytes(self) -> bytes:
        """Return it as a file; the same map gives the same bytes."""
        return compact(asdict(self))

    @classmethod
    def of(cls, content: bytes) -> Self:
        """Return the map that a file holds."""
        said: dict[str, Any] = json.loads(content)
        areas = tuple(Outline(area["code"], area["path"], tuple(area["at"])) for area in said["areas"])
        labels = {name: (place[0], place[1]) for name, place in said["labels"].items()}
        rest = {name: said[name] for name in ("kind", "note", "width", "height")}
        return cls(**rest, areas=areas, borders=tuple(said["borders"]), labels=labels)


def map_file(ledger: Ledger, run_id: str) -> Artefact | None:
    """Return the row of a run's map; None where none was made."""
    return ledger.held(MAP, run_id)


def read_map(ledger: Ledger, files: FileStore, run_id: str) -> Map | None:
    """Return the map of a run; None where none was made.

    Raises:
        LedgerError: The file is absent or was changed.
    """
    kept = map_file(ledger, run_id)
    return None if kept is None else Map.of(files.read(kept.stored))
