"""Reading a served file: mapped, so that the workers of a machine share one copy of it; nothing of it is computed."""

import csv
import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from errors import DataError, LedgerError, ModelError
from features.cells import guarded
from ledger.artefacts import Artefact
from ledger.files import FileStore
from ledger.texts import compact
from models.explanation.reasons import Explanation
from models.served.history import History
from models.served.layout import BASE, CALIBRATION, JSON, MEAN, MULTIPLIER, NUMBERS, Block, Layout

I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Selection:
    """Rows of one block.

    Attributes:
        block: The block.
        horizons: Places of the horizons, ascending.
        codes: Places of the members, ascending.
        strands: Places of the strands, ascending.
    """

    block: Block
    horizons: I64
    codes: I64
    strands: I64

    @property
    def total(self) -> int:
        """Number of rows."""
        return len(self.horizons) * len(self.codes) * len(self.strands)

    def positions(self, begin: int, end: int) -> I64:
        """Return the positions in the file of the rows from `begin` to before `end`, ascending."""
        at = np.arange(begin, min(end, self.total))
        at, strand = np.divmod(at, len(self.strands))
        horizon, code = np.divmod(at, len(self.codes))
        members, strands = len(self.block.codes), len(self.block.strands)
        rows: I64 = (self.horizons[horizon] * members + self.codes[code]) * strands + self.strands[strand]
        return rows + self.block.first


class ServedRun:
    """A run as it is served. Safe to use from several threads.

    Attributes:
        run_id: Name of the run.
        meta: What the run's record says of it.
        layout: What the file says once.
        marks: Notices that hold for every row now, and did not when the run was recorded.
        history: What was recorded before it; None: the file was made before files had one.
    """

    def __init__(self, run: Artefact, batch: pa.RecordBatch, marks: Sequence[str] = ()) -> None:
        self.run_id = run.name
        meta: Mapping[str, Any] = run.meta
        self.meta = {**meta, "notices": [*meta["notices"], *marks]}
        self.layout = Layout.of(batch.schema.metadata)
        self.marks = tuple(marks)
        self.history = History.read(batch.schema.metadata)
        if self.layout.run_id != run.name or self.layout.rows != batch.num_rows:
            raise ModelError("is not the file of this run", place=run.name, fix="restore it from a backup")
        self._json, self._numbers = (_Texts(batch.column(name)) for name in (JSON, NUMBERS))
        self._columns = {
            # Arrow's own way to an array imports pandas.
            name: np.frombuffer(batch.column(name).buffers()[1], np.float64)[: batch.num_rows]
            for name in [MEAN, BASE, CALIBRATION, *(MULTIPLIER + group for group in self.layout.groups)]
        }
        self._blocks = {block.level: block for block in self.layout.blocks}
        self._json_ends = {block.level: self._ends(block, _json_end) for block in self.layout.blocks}
        self._csv_pieces = cache(self._pieces)

    @classmethod
    def open(cls, run: Artefact, served: Artefact, files: FileStore, marks: Sequence[str] = ()) -> "ServedRun":
        """Map the served file of a run.

        The file is read through once and compared with the ledger's hash before it is mapped.

        Raises:
            LedgerError: It is absent or was changed.
            ModelError: It is laid out by another version.
        """
        path = files.locate(served.stored)
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != served.sha256:
                problem = "the file is not what was recorded (its hash differs)"
                raise LedgerError(problem, place=str(path), fix="restore it from a backup")
        with pa.memory_map(str(path)) as mapped:
            return cls(run, pa.ipc.open_file(mapped).get_batch(0), marks)

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels that it has, the areas' own first."""
        return tuple(self._blocks)

    def block(self, level: str | None) -> Block:
        """Return the block of a level; None: the areas' own.

        Raises:
            DataError: There is no such level.
        """
        if level is None:
            return self.layout.blocks[0]
        if level not in self._blocks:
            fix = f"use one of {', '.join(self._blocks)}"
            raise DataError(f"the run has no level {level!r}", place="level", fix=fix)
        return self._blocks[level]

    def place(self, position: int) -> tuple[Block, int, int, int] | None:
        """Return the block and the places of horizon, member and strand of a row; None where there is no such row."""
        for block in self.layout.blocks:
            members, strands = len(block.codes), len(block.strands)
            at = position - block.first
            if 0 <= at < len(self.layout.horizons) * members * strands:
                at, strand = divmod(at, strands)
                horizon, member = divmod(at, members)
                return block, horizon, member, strand
        return None

    def rows_as_json(self, block: Block, positions: I64) -> bytes:
        """Return rows of a block as the members of a JSON array."""
        ends = self._json_ends[block.level]
        places = ((positions - block.first) % len(block.strands)).tolist()
        parts: list[bytes | memoryview] = []
        for row, strand in zip(self._json.take(positions), places, strict=True):
            parts += (row, ends[strand])
        # Every end has the comma to the next row.
        return b"".join(parts)[:-1]

    def rows_as_csv(self, block: Block, positions: I64) -> bytes:
        """Return rows of a block as CSV in the columns of the forecast table, these first."""
        at, places = np.divmod(positions - block.first, len(block.strands))
        horizons, codes = np.divmod(at, len(block.codes))
        begins, middles, ends = self._csv_pieces(block.level)
        parts: list[bytes | memoryview] = [_line(*self.layout.columns)[:-1], b"\r\n"]
        keys = zip(codes.tolist(), horizons.tolist(), places.tolist(), self._numbers.take(positions), strict=True)
        for code, horizon, strand, numbers in keys:
            parts += (begins[code], middles[horizon][strand], numbers, ends[strand])
        return b"".join(parts)

    def means(self, positions: I64) -> NDArray[np.float64]:
        """Return the means of rows, to the bit."""
        found: NDArray[np.float64] = self._columns[MEAN][positions]
        return found

    def counts_before(self, block: Block, member: int, strand: int) -> list[float | None]:
        """Return what was recorded of a member and strand in the periods of the history; None: not observed."""
        if self.history is None:
            return []
        # Blocks follow each other there as here, but once and not once a horizon.
        row = block.first // len(self.layout.horizons) + member * len(block.strands) + strand
        return [None if np.isnan(count) else float(count) for count in self.history.counts[row]]

    def explanation(self, position: int) -> Explanation:
        """Return what the row at a position rests on.

        Raises:
            ModelError: It does not multiply back to the row's mean.
        """
        found = self.place(position)
        if found is None:
            raise IndexError(position)
        block, _, member, strand = found
        held = {name: float(values[position]) for name, values in self._columns.items()}
        fallback = block.fallback[strand]
        return Explanation(
            mean=held[MEAN],
            base=held[BASE],
            multipliers={group: held[MULTIPLIER + group] for group in self.layout.groups},
            calibration=held[CALIBRATION],
            method=fallback or str(self.meta["model_version"]),
            fallback=fallback,
            members=len(block.members[member]),
        )

    def notices(self, block: Block, strand: int) -> list[str]:
        """Return the codes of a strand's rows."""
        return [*block.notices[strand], *self.marks]

    def _ends(self, block: Block, end: Callable[[str, Sequence[str]], bytes]) -> list[bytes]:
        return [end(block.fallback[at], self.notices(block, at)) for at in range(len(block.strands))]

    def _pieces(self, level: str) -> tuple[list[bytes], list[list[bytes]], list[bytes]]:
        """Return what stands in a line of CSV before its numbers, by member and by period and strand, and after."""
        block = self._blocks[level]
        made = (self.meta["as_of"], self.meta["origin"])
        starts = zip(self.layout.horizons, self.layout.period_starts, strict=True)
        periods = [(*made, start, str(horizon)) for horizon, start in starts]
        middles = [[_line(strand, *period) for strand in block.strands] for period in periods]
        return [_line(level, code) for code in block.codes], middles, self._ends(block, self._csv_end)

    def _csv_end(self, fallback: str, notices: Sequence[str]) -> bytes:
        return b"," + _line(self.meta["model_version"], fallback, ";".join(notices))[:-1] + b"\r\n"


def _json_end(fallback: str, notices: Sequence[str]) -> bytes:
    end = {"fallback": fallback, "notices": list(notices)}
    return b"," + compact(end)[1:] + b","


def _line(*cells: str) -> bytes:
    """Return cells as the beginning of a line of CSV, a comma behind them."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(guarded(cells))
    return buffer.getvalue().encode() + b","


class _Texts:
    """A column of byte strings, as the file holds it."""

    def __init__(self, column: pa.Array) -> None:
        _, offsets, data = column.buffers()
        self._offsets = np.frombuffer(offsets, np.int64)[: len(column) + 1]
        self._data = memoryview(data)

    def take(self, positions: I64) -> list[memoryview]:
        """Return the strings at some positions."""
        data, begins, ends = self._data, self._offsets[positions], self._offsets[positions + 1]
        return [data[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]
