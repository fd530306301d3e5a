"""The door: tells from a request's headers who asks. Whoever is known is known again for a few seconds at no cost."""

import asyncio
import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from features.access import Access
from ledger.events import NoSuchRecordError
from ledger.ledger import Ledger
from serving.access import keys
from serving.access.caller import Caller, Role
from serving.access.failures import FailedAttempts
from serving.access.hashing import holds
from serving.access.identity import Identity
from serving.access.issuer import IssuerKeys, fetch
from serving.access.refused import TooManyAttemptsError, UnknownCallerError
from serving.access.tokens import Tokens

# A key that was revoked opens nothing after so long, in any worker.
KNOWN_SECONDS = 3.0
_MOST_KNOWN = 10_000
# Failures of so many sources are looked at in a minute, whatever their number.
_SOURCES_AT_ONCE = 6
# Requests that wait until it is told who sends them; the next is told to come back.
_MOST_WAITING = 64
_FIX = "use a key that holds, or get a new token"


@dataclass(frozen=True)
class _Known:
    """Who sent a token, until when that is taken as said, and, for a key, the hash that its secret was held against."""

    identity: Identity
    until: float
    expires: datetime | None
    kept: str


class Door:
    """Tells who asks. Safe to use from several threads.

    Args:
        ledger: Where keys are.
        settings: Who may enter.
        clock: Returns the present instant.
        seconds: Returns seconds that only ever grow.
    """

    def __init__(
        self,
        ledger: Ledger,
        settings: Access,
        clock: Callable[[], datetime],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger = ledger
        self._open_to_public = settings.open_to_public
        self._clock = clock
        self._seconds = seconds
        self._failed = FailedAttempts(settings.failed_attempts, seconds)
        self._failed_altogether = FailedAttempts(settings.failed_attempts * _SOURCES_AT_ONCE, seconds)
        self._looked_in_vain = FailedAttempts(settings.failed_attempts * _SOURCES_AT_ONCE, seconds)
        self._waiting = 0
        oidc = settings.oidc
        self._tokens = Tokens(oidc, IssuerKeys(oidc.issuer, fetch, seconds), clock) if oidc else None
        # Tokens are looked up by a hash under a secret of this process: what lies in memory opens nothing.
        self._pepper = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._lock = threading.Lock()
        # One at a time: each look at a secret takes memory, and a burst of them must not. An issuer that is slow to
        # answer holds up its own tokens alone.
        self._key_room = ThreadPoolExecutor(1, thread_name_prefix="strandcast-keys")
        self._token_room = ThreadPoolExecutor(2, thread_name_prefix="strandcast-tokens")
        # Whoever was known a moment ago does not stand in the queue of those who never were.
        self._again_room = ThreadPoolExecutor(1, thread_name_prefix="strandcast-known")

    def close(self) -> None:
        """Look at nothing more."""
        for room in (self._key_room, self._token_room, self._again_room):
            room.shutdown()

    async def caller(self, sent: Sequence[str], address: str | None, wanted: Collection[Role]) -> Caller:
        """Return who asks for something.

        Args:
            sent: The values of all Authorization headers.
            address: Where the request comes from; None: that nobody is named does not count as a failure.
            wanted: Roles that may ask for it.

        Raises:
            UnknownCallerError: Nobody is named, or what was sent does not hold.
            TooManyAttemptsError: It did not hold too often of late, or too many wait already.
            StrandcastError: The ledger or the issuer of tokens cannot be asked.
        """
        if not sent and self._open_to_public and Role.PUBLIC in wanted:
            return Identity("anybody", frozenset({Role.PUBLIC}), "none").caller(wanted)
        try:
            token = _bearer(sent)
        except UnknownCallerError as error:
            raise (error if address is None else self._failure(error, (address, ""))) from None
        mark = self._mark(token)
        known = self._remembered(mark)
        if known is None:
            known = await self._looked_up(token, mark, address or "")
        return known.caller(wanted)

    async def _looked_up(self, token: str, mark: bytes, address: str) -> Identity:
        parsed = keys.parse(token)
        look = partial(self._look, token, mark, parsed, address)
        loop = asyncio.get_running_loop()
        with self._lock:
            was_known = mark in self._known
        if was_known and parsed:
            return await loop.run_in_executor(self._again_room, look)
        if parsed:
            self._check_worth_a_look((address, parsed[0]))
        with self._lock:
            if self._waiting >= _MOST_WAITING:
                raise TooManyAttemptsError(1, "too many wait to be known")
            self._waiting += 1
        try:
            return await loop.run_in_executor(self._key_room if parsed else self._token_room, look)
        finally:
            with self._lock:
                self._waiting -= 1

    def _check_worth_a_look(self, source: tuple[str, str]) -> None:
        """Refuse a secret of whoever was never known where too many of late were held against a hash in vain.

        Keys that there are not cost nothing, and so do not count: nobody who does not know one locks others out.
        """
        wait = max(self._failed.wait(source), self._looked_in_vain.wait(("", "")))
        if wait:
            raise TooManyAttemptsError(wait)

    def _remembered(self, mark: bytes) -> Identity | None:
        with self._lock:
            known = self._known.get(mark)
        if known is None or known.until <= self._seconds() or self._has_ended(known):
            return None
        return known.identity

    def _look(self, token: str, mark: bytes, parsed: tuple[str, str] | None, address: str) -> Identity:
        # Others may have sent the same while this one waited for its turn.
        remembered = self._remembered(mark)
        if remembered is not None:
            return remembered
        source = (address, parsed[0] if parsed else "")
        try:
            known = self._of_key(*parsed, mark, source) if parsed else self._of_token(token)
        except UnknownCallerError as error:
            error.claimed = f"failed:{keys.KIND}:{parsed[0]}" if parsed else "failed:token"
            raise self._failure(error, source) from error
        with self._lock:
            self._known[mark] = known
            self._known.move_to_end(mark)
            while len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)
        return known.identity

    def _failure(self, error: UnknownCallerError, source: tuple[str, str]) -> UnknownCallerError | TooManyAttemptsError:
        """Count a failure and return what is told of it. Whoever is known is let in however often others fail."""
        waits = []
        for failed, counted in ((self._failed, source), (self._failed_altogether, ("", ""))):
            waits.append(failed.wait(counted))
            failed.count(counted)
        return TooManyAttemptsError(max(waits)) if any(waits) else error

    def _of_key(self, key_id: str, secret: str, mark: bytes, source: tuple[str, str]) -> _Known:
        """Return whom a key names; its secret is held against the hash once, then only its row is looked at again."""
        before = self._known.get(mark)
        if before is None:
            self._check_worth_a_look(source)
        try:
            key = keys.find(self._ledger, key_id)
        except NoSuchRecordError:
            raise UnknownCallerError("the key does not hold", fix=_FIX) from None
        if not (before is not None and before.kept == key.kept) and not holds(key.kept, secret):
            self._looked_in_vain.count(("", ""))
            raise UnknownCallerError("the key does not hold", fix=_FIX)
        state = key.state(self._clock())
        if state != "valid":
            fix = "ask your administrator for a new one"
            raise UnknownCallerError(f"the key is {state}", place=f"key {key_id}", fix=fix)
        return _Known(key.identity, self._until(), datetime.fromisoformat(key.expires), key.kept)

    def _of_token(self, token: str) -> _Known:
        if self._tokens is None:
            raise UnknownCallerError("the key does not hold", fix=_FIX)
        return _Known(self._tokens.identity(token), self._until(), None, "")

    def _until(self) -> float:
        return self._seconds() + KNOWN_SECONDS

    def _has_ended(self, known: _Known) -> bool:
        return known.expires is not None and self._clock() >= known.expires

    def _mark(self, token: str) -> bytes:
        return hashlib.blake2b(token.encode("utf-8", "surrogateescape"), key=self._pepper, digest_size=32).digest()


def _bearer(sent: Sequence[str]) -> str:
    if not sent:
        raise UnknownCallerError("nobody is named", fix="send Authorization: Bearer with a key or a token")
    scheme, _, token = sent[0].partition(" ")
    if len(sent) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise UnknownCallerError("the Authorization header is not one Bearer token", fix=_FIX)
    return token.strip()
