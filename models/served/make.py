"""Making a served file: the rows of a run, rendered once."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from errors import ModelError
from features.spec import GROUPS
from models.served.history import History
from models.served.layout import BASE, CALIBRATION, JSON, KEY, MEAN, MULTIPLIER, NUMBERS, Block, Layout
from models.served.tables import LevelTable
from models.table import COLUMNS, MULTIPLIERS, QUANTILES


def served_bytes(run_id: str, tables: Sequence[LevelTable], history: History | None = None) -> bytes:
    """Return the served file of a run; the same tables give the same bytes.

    Args:
        run_id: Name of the run.
        tables: Of the areas' own level and those above it.
        history: What was recorded before it; None: nobody knows any more.

    Raises:
        ModelError: The rows of a table are not one for each horizon, member and strand, in this order.
    """
    layout = _layout(run_id, tables)
    frames = [table.frame for table in tables]
    pieces = [_rendered(run_id, block, layout, frame) for block, frame in zip(layout.blocks, frames, strict=True)]
    columns: dict[str, pa.Array] = {
        JSON: pa.array([row for rows, _ in pieces for row in rows], pa.large_binary()),
        NUMBERS: pa.array([row for _, rows in pieces for row in rows], pa.large_binary()),
    }
    sources = {MEAN: MEAN, BASE: BASE, **{MULTIPLIER + group: MULTIPLIERS[group] for group in GROUPS}}
    for name, source in {**sources, CALIBRATION: CALIBRATION}.items():
        columns[name] = pa.array(np.concatenate([frame[source].to_numpy(np.float64) for frame in frames]))
    batch = pa.RecordBatch.from_pydict(columns)
    before = history.metadata() if history else {}
    schema = batch.schema.with_metadata({KEY: layout.to_bytes(), **before})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, schema) as writer:
        writer.write_batch(batch.replace_schema_metadata(schema.metadata))
    return bytes(sink.getvalue())


def _layout(run_id: str, tables: Sequence[LevelTable]) -> Layout:
    own = tables[0].frame
    horizons = tuple(int(value) for value in own["horizon"].unique())
    starts = tuple(f"{value:%Y-%m-%d}" for value in own["period_start"].unique())
    blocks, first = [], 0
    for table in tables:
        blocks.append(_block(table, horizons, first, run_id))
        first += len(table.frame)
    return Layout(run_id, horizons, starts, tuple(GROUPS), COLUMNS, tuple(blocks))


def _block(table: LevelTable, horizons: tuple[int, ...], first: int, run_id: str) -> Block:
    frame = table.frame
    codes, strands = (tuple(map(str, frame[name].unique())) for name in ("area_code", "strand"))
    shape = (len(horizons), len(codes), len(strands))
    axes = {"horizon": np.array(horizons), "area_code": np.array(codes), "strand": np.array(strands)}
    for (name, values), places in zip(axes.items(), np.indices(shape), strict=True):
        found = frame[name].to_numpy() if name == "horizon" else frame[name].astype(str).to_numpy()
        if len(found) != places.size or not (found == values[places.reshape(-1)]).all():
            fix = "run strandcast forecast again"
            raise ModelError("the rows are not one for each horizon, area and strand", place=run_id, fix=fix)
    fallback, notices = (_by_strand(frame[name], len(strands), run_id) for name in ("fallback", "notices"))
    return Block(
        level=str(frame["level"].iloc[0]),
        codes=codes,
        strands=strands,
        first=first,
        fallback=fallback,
        notices=tuple(tuple(code for code in text.split(";") if code) for text in notices),
        members=tuple(tuple(int(at) for at in members) for members in table.members),
    )


def _by_strand(column: "pd.Series[Any]", strands: int, run_id: str) -> tuple[str, ...]:
    """Return what a column says of each strand.

    Raises:
        ModelError: It says different things of one strand.
    """
    values = column.astype(str).to_numpy().reshape(-1, strands)
    if (values != values[:1]).any():
        problem = f"the rows of one strand differ in {column.name}"
        raise ModelError(problem, place=run_id, fix="run strandcast forecast again")
    return tuple(map(str, values[0]))


def _rendered(run_id: str, block: Block, layout: Layout, frame: pd.DataFrame) -> tuple[list[bytes], list[bytes]]:
    """Return the rows of a block as JSON without an end, and their numbers as CSV."""
    numbers = frame[[MEAN, *QUANTILES]].to_numpy(np.float64).tolist()
    named = ",".join(f"{_text(name)}:%r" for name in QUANTILES)
    pattern = f'"mean":%r,"quantiles":{{{named}}}'
    rows, plain = [], []
    for position, (keys, values) in enumerate(zip(_keys(block, layout), numbers, strict=True), start=block.first):
        rows.append(f'{{"forecast_id":{_text(f"{run_id}:{position}")},{keys},{pattern % tuple(values)}'.encode())
        plain.append(",".join(map(repr, values)).encode())
    return rows, plain


def _keys(block: Block, layout: Layout) -> Iterator[str]:
    """Yield what tells the rows of a block apart, as members of a JSON object, in the rows' order."""
    level = _text(block.level)
    codes, strands = ([_text(name) for name in names] for names in (block.codes, block.strands))
    for horizon, start in zip(layout.horizons, layout.period_starts, strict=True):
        period = f'"period_start":"{start}","horizon":{horizon}'
        for code in codes:
            for strand in strands:
                yield f'"level":{level},"area_code":{code},"strand":{strand},{period}'


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
