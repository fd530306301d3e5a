"""The tables of the database: the ledger's own, and those that the rooms above keep beside it.

They are told in one place, so that a row and the event that speaks of it can be written in one transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

METADATA = MetaData()

EVENTS = Table(
    "events",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("time", String(40), nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("operation", String(40), nullable=False),
    Column("object", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("authentication", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("object_hash", Text),
    Column("recipient", Text),
    Column("outcome", String(20), nullable=False),
    Column("details", Text, nullable=False),
    Index("events_by_object", "object"),
)
ARTEFACTS = Table(
    "artefacts",
    METADATA,
    Column("kind", String(40), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("sequence", ForeignKey("events.sequence"), nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("path", Text, nullable=False),
    Column("meta", Text, nullable=False),
)
# A move is a row of its own, so that an alias has a history and nothing is ever updated.
ALIAS_MOVES = Table(
    "alias_moves",
    METADATA,
    Column("sequence", ForeignKey("events.sequence"), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("alias", String(200), primary_key=True),
    Column("name", String(200), nullable=False),
    Index("alias_moves_by_alias", "kind", "alias", "sequence"),
)
# Nodes of the Merkle tree over the events: number `number` of those that stand over 256^level events.
TREE = Table(
    "tree",
    METADATA,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
)
# Signed notes on how long the ledger was, with what root; those that others collected are the ones that count.
CHECKPOINTS = Table(
    "checkpoints",
    METADATA,
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("key", Text, nullable=False),
)

# What a key may is told here and, by the hash of the row, in the event that made it; that it was revoked, by an event.
API_KEYS = Table(
    "api_keys",
    METADATA,
    Column("key_id", String(20), primary_key=True),
    Column("sequence", ForeignKey("events.sequence"), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("expires", String(40), nullable=False),
    Column("hash", Text, nullable=False),
)

# What to do and how far it is. Only this table is ever updated: that something was asked for, and how it ended, is told
# by events.
JOBS = Table(
    "jobs",
    METADATA,
    Column("job", String(32), primary_key=True),
    Column("sequence", ForeignKey("events.sequence"), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),
    Column("asked", Text, nullable=False),
    Column("operation", String(40), nullable=False),
    Column("caller", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("authentication", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("queued", String(40), nullable=False),
    Column("runner", Text),
    Column("started", String(40)),
    Column("heartbeat", String(40)),
    Column("attempts", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
)
# One row a job, in the transaction of the event that ended it: of two that would end a job the second writes nothing.
JOB_ENDINGS = Table(
    "job_endings",
    METADATA,
    Column("job", ForeignKey("jobs.job"), primary_key=True),
    Column("sequence", ForeignKey("events.sequence"), nullable=False, index=True),
    Column("time", String(40), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("object", Text),
    Column("status", Integer),
    Column("problem", Text),
)
# Answers that a repeated request is given again, each in the transaction of what it answers, and sealed under the
# secret of the workspace: whoever has the database alone cannot write another one.
GIVEN_ANSWERS = Table(
    "given_answers",
    METADATA,
    Column("caller", Text, primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("sequence", ForeignKey("events.sequence"), nullable=False, index=True),
    Column("request_hash", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("job", ForeignKey("jobs.job")),
    Column("seal", String(64), nullable=False),
)

APPEND_ONLY = (EVENTS, ARTEFACTS, ALIAS_MOVES, TREE, CHECKPOINTS, API_KEYS, JOB_ENDINGS, GIVEN_ANSWERS)


@dataclass(frozen=True)
class Row:
    """A row to be inserted beside an event, in its transaction.

    Attributes:
        table: One of the tables of this module.
        values: Column name to value.
    """

    table: Table
    values: Mapping[str, Any]
