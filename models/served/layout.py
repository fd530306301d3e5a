"""How a served file is laid out: blocks of levels, each dense in the order horizon, member, strand.

An Arrow IPC file of one record batch, uncompressed, so that a reader maps it and parses nothing. What is said once (the
blocks, their fallbacks and notices) is JSON in the schema's metadata. Of every row it holds

    json       the row as JSON, but for what may change after the run was recorded: its fallback and notices
    numbers    the mean and the quantiles as CSV
    mean, base, one multiplier a group, calibration    float64: what an explanation is written from

A row's position in the file is the number of its forecast id. The areas' own level comes first, so that ids are those
of the run's table.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from errors import ModelError
from ledger.texts import compact

FORMAT = 1
KEY = b"strandcast"
JSON, NUMBERS, MEAN, BASE, CALIBRATION = "json", "numbers", "mean", "base", "calibration"
# Multipliers stand under the group's name behind this, so that no group is ever taken for another column.
MULTIPLIER = "x "


@dataclass(frozen=True)
class Block:
    """The rows of one level.

    Attributes:
        level: Its name.
        codes: Its members.
        strands: Its strands; above the areas' own level the last is all strands together.
        first: Position of its first row.
        fallback: The simple method that stands in for the model, by strand; empty where none does.
        notices: Codes, by strand.
        members: Indices of the areas of each member.
    """

    level: str
    codes: tuple[str, ...]
    strands: tuple[str, ...]
    first: int
    fallback: tuple[str, ...]
    notices: tuple[tuple[str, ...], ...]
    members: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Layout:
    """What a served file says once.

    Invariant: blocks follow each other without gaps.

    Attributes:
        run_id: The run.
        horizons: In the run's order.
        period_starts: First day of each horizon's period, ISO 8601.
        groups: Groups of features that multipliers stand for.
        columns: Of the rows as CSV.
        blocks: The areas' own level first, then those above it.
    """

    run_id: str
    horizons: tuple[int, ...]
    period_starts: tuple[str, ...]
    groups: tuple[str, ...]
    columns: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def rows(self) -> int:
        """Number of rows of the file."""
        return sum(len(self.horizons) * len(block.codes) * len(block.strands) for block in self.blocks)

    def to_bytes(self) -> bytes:
        """Return it as the metadata of a file."""
        return compact({"format": FORMAT, **asdict(self)})

    @classmethod
    def of(cls, metadata: Mapping[bytes, bytes] | None) -> Self:
        """Return the layout that a file's metadata says.

        Raises:
            ModelError: It says none, or that of another version.
        """
        document: Any = json.loads((metadata or {}).get(KEY, b"{}"))
        if document.get("format") != FORMAT:
            fix = "run strandcast forecast with this version on newer data"
            raise ModelError("is laid out by another version", place="served file", fix=fix)
        blocks = tuple(
            Block(
                level=block["level"],
                codes=tuple(block["codes"]),
                strands=tuple(block["strands"]),
                first=block["first"],
                fallback=tuple(block["fallback"]),
                notices=tuple(map(tuple, block["notices"])),
                members=tuple(map(tuple, block["members"])),
            )
            for block in document["blocks"]
        )
        return cls(
            run_id=document["run_id"],
            horizons=tuple(document["horizons"]),
            period_starts=tuple(document["period_starts"]),
            groups=tuple(document["groups"]),
            columns=tuple(document["columns"]),
            blocks=blocks,
        )
