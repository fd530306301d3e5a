"""Keys: made, listed and revoked in the ledger. The secret of a key is shown once and kept as a hash alone.

A key is `sck_ID_SECRET`. Its row says what it may; the event that made it holds the hash of the row, so that a row that
somebody wrote past the ledger opens nothing. That it was revoked is an event too: nothing is ever updated.
"""

import base64
import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, Select, select

from errors import AccessError
from ledger.acting import Acting
from ledger.beside import CREATE_KEY, KEY, key_digest
from ledger.events import Draft, Event, NoSuchRecordError, Scalar, audit_id_of
from ledger.ledger import Ledger
from ledger.tables import API_KEYS, EVENTS, Row
from serving.access.caller import NOBODY, Role, Scope
from serving.access.hashing import Cost, hashed
from serving.access.identity import PARTS, Identity, scope_of, scope_text

KIND, CREATE, REVOKE = KEY, CREATE_KEY, "revoke-key"
MOST_DAYS = 366

_FORM = re.compile(r"sck_([a-z2-7]{13})_([A-Za-z0-9_-]{43})")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_PURPOSE = re.compile(r"[a-z][a-z0-9-]{1,59}")
_ID_BYTES, _SECRET_BYTES = 8, 32


@dataclass(frozen=True)
class Grant:
    """What a key is to be good for.

    Invariants: a name; at least one role; a partner's key names an owner of teams or a feed.

    Attributes:
        name: Who uses it: the name that is recorded with what they do.
        roles: What they are here for.
        days: How long it holds, 1 to `MOST_DAYS`.
        purpose: Code of the purpose; "": that of the role.
        scope: How far its sight reaches.
    """

    name: str
    roles: frozenset[Role]
    days: int
    purpose: str = ""
    scope: Scope = field(default_factory=Scope)

    def __post_init__(self) -> None:
        """Refuse a key that would open nothing, or for ever.

        Raises:
            AccessError: An invariant does not hold.
        """
        if not _NAME.fullmatch(self.name) or self.name != " ".join(self.name.split()):
            raise AccessError("a key needs the name of who uses it", place="name", fix="use 1 to 200 characters")
        if self.name.casefold() in NOBODY:
            raise AccessError("is what nobody known is called", place="name", fix="use the name of who uses it")
        if not self.roles:
            raise AccessError("a key needs a role", place="--role", fix=f"use {', '.join(Role)}")
        if not 1 <= self.days <= MOST_DAYS:
            raise AccessError("a key does not hold for so long", place="--days", fix=f"use 1 to {MOST_DAYS}")
        if self.purpose and not _PURPOSE.fullmatch(self.purpose):
            fix = "use small letters, digits and hyphens"
            raise AccessError("is no code of a purpose", place="--purpose", fix=fix)
        if Role.PARTNER in self.roles and not (self.scope.owners or self.scope.feeds):
            fix = "name whose teams or which feeds are the partner's; areas alone show nothing"
            raise AccessError("a partner's key with nothing of its own shows nothing", place="--role partner", fix=fix)


@dataclass(frozen=True)
class Key:
    """A key as it is kept.

    Attributes:
        key_id: Its public half.
        identity: Whom it names.
        kept: Hash of its secret half.
        created: When it was made, UTC.
        expires: When it stops, UTC.
        revoked: When it was revoked, UTC; None while it is not.
        audit_id: The event that made it.
    """

    key_id: str
    identity: Identity
    kept: str = field(repr=False)
    created: str
    expires: str
    revoked: str | None
    audit_id: str

    def state(self, now: datetime) -> str:
        """Return "valid", "expired" or "revoked"."""
        if self.revoked is not None:
            return "revoked"
        return "valid" if now < datetime.fromisoformat(self.expires) else "expired"

    def as_document(self, now: datetime) -> dict[str, Any]:
        """Return what may be shown of it."""
        scope = {part: sorted(values) for part in PARTS if (values := getattr(self.identity.scope, part)) is not None}
        return {
            "key_id": self.key_id,
            "name": self.identity.name,
            "roles": sorted(self.identity.roles),
            "purpose": self.identity.purpose or None,
            "scope": scope,
            "created": self.created,
            "expires": self.expires,
            "revoked": self.revoked,
            "state": self.state(now),
            "audit_id": self.audit_id,
        }


def parse(token: str) -> tuple[str, str] | None:
    """Return the public and the secret half of a key; None where it has not the form of one."""
    match = _FORM.fullmatch(token)
    return None if match is None else (match[1], match[2])


def create(ledger: Ledger, grant: Grant, *, actor: str, now: datetime, cost: Cost | None = None) -> tuple[str, Key]:
    """Make a key and return it, whole, with what is kept of it.

    Args:
        ledger: Where it is recorded.
        grant: What it is good for.
        actor: Who makes it.
        now: The present instant.
        cost: Of its hash; None: the one that is meant for use.

    Raises:
        LedgerError: It could not be recorded: there is no key.
    """
    key_id = base64.b32encode(secrets.token_bytes(_ID_BYTES)).decode().rstrip("=").lower()
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    expires = (now + timedelta(days=grant.days)).isoformat(timespec="seconds")
    values = {
        "key_id": key_id,
        "name": grant.name,
        "roles": ";".join(sorted(grant.roles)),
        "purpose": grant.purpose,
        "scope": scope_text(grant.scope),
        "expires": expires,
        "hash": hashed(secret, cost or Cost()),
    }
    details: dict[str, Scalar] = {name: values[name] for name in ("name", "roles", "scope", "expires")}
    details |= {"act": CREATE, "key": key_digest(values)}
    draft = Draft("admin", f"{KIND}/{key_id}", actor, details=details)

    def beside(event: Event) -> list[Row]:
        return [Row(API_KEYS, {**values, "sequence": event.sequence})]

    ledger.acting(Acting(purpose="administration"), beside).append(draft)
    return f"sck_{key_id}_{secret}", find(ledger, key_id)


def revoke(ledger: Ledger, key_id: str, *, actor: str, reason: str) -> Key:
    """Take a key back for good.

    Raises:
        NoSuchRecordError: There is none of this identifier.
        AccessError: It was revoked before, or no reason is given.
        LedgerError: It could not be recorded: the key still holds.
    """
    why = " ".join(reason.split())
    if not why:
        raise AccessError("no reason is given", place="--reason", fix="say why, in your words")
    key = find(ledger, key_id)
    if key.revoked is not None:
        raise AccessError(f"was revoked already on {key.revoked[:10]}", place=f"key {key_id}")
    draft = Draft("admin", f"{KIND}/{key_id}", actor, details={"act": REVOKE, "reason": why})
    ledger.acting(Acting(purpose="administration")).append(draft)
    return find(ledger, key_id)


def find(ledger: Ledger, key_id: str) -> Key:
    """Return a key.

    Raises:
        NoSuchRecordError: There is none of this identifier, or no event made it.
    """
    rows = ledger.rows(_query().where(API_KEYS.c.key_id == key_id))
    if not rows or not _made_by_event(rows[0]):
        raise NoSuchRecordError(f"there is no key {key_id}", fix="list them with strandcast keys list")
    revoked = [event.time for event in ledger.events(object=f"{KIND}/{key_id}") if _revokes(event)]
    return _key(rows[0], min(revoked, default=None))


def listed(ledger: Ledger) -> list[Key]:
    """Return every key, newest first."""
    revoked = {event.draft.object: event.time for event in ledger.events(operation="admin") if _revokes(event)}
    rows = [row for row in ledger.rows(_query().order_by(API_KEYS.c.sequence.desc())) if _made_by_event(row)]
    return [_key(row, revoked.get(f"{KIND}/{row['key_id']}")) for row in rows]


def _query() -> Select[Any]:
    made = (EVENTS.c.time, EVENTS.c.object, EVENTS.c.details, EVENTS.c.hash.label("event_hash"))
    return select(API_KEYS, *made).join(EVENTS, API_KEYS.c.sequence == EVENTS.c.sequence)


def _made_by_event(row: RowMapping) -> bool:
    """Return whether the event that a row names made it as it stands."""
    said = json.loads(row["details"])
    made = said.get("act") == CREATE and row["object"] == f"{KIND}/{row['key_id']}"
    return bool(made and said.get("key") == key_digest(row))


def _revokes(event: Event) -> bool:
    return event.draft.details.get("act") == REVOKE and event.draft.outcome == "ok"


def _key(row: RowMapping, revoked: str | None) -> Key:
    roles = frozenset(Role(role) for role in row["roles"].split(";"))
    scope = scope_of(json.loads(row["scope"]))
    identity = Identity(row["name"], roles, f"{KIND}:{row['key_id']}", row["purpose"], scope)
    audit_id = audit_id_of(row["sequence"], row["event_hash"])
    return Key(row["key_id"], identity, row["hash"], row["time"], row["expires"], revoked, audit_id)
