"""Events: what happened, to what, by whom, chained by hash.

The hash of an event is SHA-256 over a zero byte and the event's canonical JSON, its sequence number, time and previous
hash included. The zero byte is the leaf prefix of RFC 6962 (section 2.1), so that a Merkle tree can be built over the
same hashes.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from errors import LedgerError

Scalar = str | int | bool | None
Outcome = Literal["ok", "refused", "failed"]

# The first six are the operations that section 62 of the Data Protection Act 2018 requires to be logged.
OPERATIONS = (
    "collection",
    "alteration",
    "consultation",
    "disclosure",
    "combination",
    "erasure",
    "decision",
    "model",
    "admin",
)
OUTCOMES = ("ok", "refused", "failed")
GENESIS = "0" * 64
RESERVED = ("artefact:", "row:", "alias:")
LEAF_PREFIX = b"\x00"
# Made once: `json.dumps` with options makes one at each call.
ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))

# Beyond this, readers that hold numbers as doubles (RFC 8785, section 3.2.2.3) would see another integer.
_LARGEST_INTEGER = 2**53 - 1
# As many as a database's column of sequence numbers can tell, and one to spare.
MOST_EVENTS = 2**31 - 2
_SHA256 = re.compile(r"[0-9a-f]{64}")
_AUDIT_ID = re.compile(r"(\d{8,18})-([0-9a-f]{8})")


class NoSuchRecordError(LedgerError):
    """A record that was asked for by an identifier that nothing has."""


class MovedMeanwhileError(LedgerError):
    """An alias no longer means what a decision was made on."""


@dataclass(frozen=True)
class Draft:
    """What an event says, before it has a place in the chain.

    Invariants: the operation and the outcome are known ones; object and actor are not empty, nor is a recipient; the
    object's hash is 64 hexadecimal digits; details are flat, without floats, under keys of at least one character.
    Role, authentication and purpose are left empty where whoever holds the ledger knows them (`ledger.acting`); an
    event has them all.

    Attributes:
        operation: One of `OPERATIONS`.
        object: What it was done to, such as `forecast/2024-07-01-week`.
        actor: Who did it.
        role: In which role.
        authentication: How the actor was known.
        purpose: Code of the purpose it was done for.
        object_hash: SHA-256 of the object's bytes, hexadecimal, where it has bytes.
        recipient: Who was given it, where it was disclosed.
        outcome: Whether it was done, refused or failed.
        details: What else belongs to the record.
    """

    operation: str
    object: str
    actor: str
    role: str = ""
    authentication: str = ""
    purpose: str = ""
    object_hash: str | None = None
    recipient: str | None = None
    outcome: Outcome = "ok"
    details: Mapping[str, Scalar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a draft that could not be recorded.

        Raises:
            LedgerError: An invariant does not hold.
        """
        if self.operation not in OPERATIONS:
            raise LedgerError(f"there is no operation {self.operation!r}", fix=f"use one of {', '.join(OPERATIONS)}")
        if self.outcome not in OUTCOMES:
            raise LedgerError(f"there is no outcome {self.outcome!r}", fix=f"use one of {', '.join(OUTCOMES)}")
        for name in ("object", "actor"):
            if not getattr(self, name):
                raise LedgerError(f"an event needs its {name}", fix=f"give a {name} that is not empty")
        if self.object_hash is not None and not _SHA256.fullmatch(self.object_hash):
            raise LedgerError("the hash of an event's object is not 64 hexadecimal digits", fix="give its SHA-256")
        if self.recipient == "":
            raise LedgerError("the recipient of an event has no name", fix="give one, or none")
        if "" in self.details:
            raise LedgerError("a detail of an event has no name", fix="give each detail a name")
        values: Mapping[str, object] = self.details
        for key, value in values.items():
            if not (value is None or isinstance(value, str | int)):
                problem = f"detail {key!r} of an event is a {type(value).__name__}"
                raise LedgerError(problem, fix="record text, whole numbers or booleans")
        canonical_json(self.fields())

    def fields(self) -> dict[str, Any]:
        """Return what it says under the names of its attributes; a recipient only where there is one."""
        return {
            "operation": self.operation,
            "object": self.object,
            "actor": self.actor,
            "role": self.role,
            "authentication": self.authentication,
            "purpose": self.purpose,
            "object_hash": self.object_hash,
            # Events were hashed without it before there were any.
            **({} if self.recipient is None else {"recipient": self.recipient}),
            "outcome": self.outcome,
            "details": dict(self.details),
        }


@dataclass(frozen=True)
class Event:
    """A draft with its place in the chain.

    Attributes:
        sequence: Position, from 1, without gaps.
        time: Instant of the append, UTC, ISO 8601 with microseconds and Z.
        previous_hash: Hash of the event before; 64 zeros before the first.
        hash: Hash of this event.
        draft: What it says.
    """

    sequence: int
    time: str
    previous_hash: str
    hash: str
    draft: Draft

    @property
    def audit_id(self) -> str:
        """The identifier handed out with an answer: the position and the first 8 digits of the hash."""
        return audit_id_of(self.sequence, self.hash)

    def content(self) -> dict[str, Any]:
        """Return all that the hash covers."""
        return {
            **self.draft.fields(),
            "sequence": self.sequence,
            "time": self.time,
            "previous_hash": self.previous_hash,
        }

    def computed_hash(self) -> str:
        """Return the hash that the event's content has, whatever hash it carries."""
        return hashlib.sha256(LEAF_PREFIX + canonical_json(self.content())).hexdigest()

    def as_document(self) -> dict[str, Any]:
        """Return the event as one JSON-ready document, its identifier and hash included."""
        return {"audit_id": self.audit_id, **self.content(), "hash": self.hash}


def sealed(draft: Draft, sequence: int, time: str, previous_hash: str) -> Event:
    """Return the event that `draft` becomes at this place in the chain."""
    unsealed = Event(sequence, time, previous_hash, "", draft)
    return Event(sequence, time, previous_hash, unsealed.computed_hash(), draft)


def parse_audit_id(audit_id: str) -> tuple[int, str]:
    """Return the position and the hash's first 8 digits that an identifier names.

    Raises:
        NoSuchRecordError: It does not have the form of an identifier, or no ledger is that long.
    """
    match = _AUDIT_ID.fullmatch(audit_id)
    if match is None or int(match[1]) > MOST_EVENTS:
        raise NoSuchRecordError(
            "this is not an audit id", fix="use the form 00000001-0a1b2c3d, as printed with an answer"
        )
    return int(match[1]), match[2]


def utc_text(instant: datetime) -> str:
    """Return an instant as events tell it: UTC, ISO 8601 with microseconds and Z.

    Raises:
        LedgerError: It has no time zone.
    """
    if instant.tzinfo is None:
        raise LedgerError("the clock gives no time zone", fix="hand in a clock that returns UTC")
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def alias_key(kind: str, alias: str) -> str:
    """Return the detail by which an event covers the move of an alias."""
    return f"alias:{kind}/{alias}"


def alias_parts(key: str) -> tuple[str, str]:
    """Return kind and alias of a detail that `alias_key` made; a kind holds no slash."""
    kind, _, alias = key.partition(":")[2].partition("/")
    return kind, alias


def audit_id_of(sequence: int, event_hash: str) -> str:
    """Return the identifier of an event: its position and the first 8 digits of its hash."""
    return f"{sequence:08d}-{event_hash[:8]}"


def canonical_json(value: object) -> bytes:
    """Return the one JSON text of a value: sorted keys, no spaces, UTF-8, no floats.

    Raises:
        LedgerError: The value holds a float, an integer beyond 2^53, a NUL or half a surrogate pair.
    """
    _refuse_ambiguous(value)
    text = ENCODER.encode(value)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise LedgerError("a record holds text that is not Unicode", fix="repair the text's encoding") from None


def _refuse_ambiguous(value: object) -> None:
    # Plain kinds first: to ask whether something is a mapping of any kind costs more than all the rest.
    if value is None or isinstance(value, str | int | float):
        _refuse_scalar(value)
    elif isinstance(value, dict | Mapping):
        for key, item in value.items():
            _refuse_ambiguous(key)
            _refuse_ambiguous(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_ambiguous(item)


def _refuse_scalar(value: object) -> None:
    if isinstance(value, float):
        raise LedgerError("a record holds a float", fix="record a whole number or text: floats have many spellings")
    if isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        raise LedgerError("a record holds an integer beyond 2^53", fix="record it as text")
    if isinstance(value, str) and "\x00" in value:
        raise LedgerError("a record holds a NUL character", fix="remove it from the text")
