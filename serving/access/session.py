"""Sessions: how somebody who reads pages stays signed in.

The cookie holds the key or the token that they signed in with, sealed under the secret of the workspace, so that the
browser keeps it and cannot read it. Each request is let in, or not, by the same door as one that bears the key itself:
a key that is revoked ends its sessions, a token that expires ends its own, and nothing has to be kept on this side.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.types import Scope

from serving.access.sealing import Seal, cookie_of

# A working day: whoever comes back the next morning signs in again.
LASTS = timedelta(hours=10)
# Browsers keep no more than 4,096 bytes with the cookie's name and attributes.
LONGEST_COOKIE = 3900
# Over TLS the name itself asks browsers to take the cookie from nobody else (RFC 6265bis, section 4.1.3.2).
_NAMES = {"https": "__Host-strandcast", "http": "strandcast"}


@dataclass(frozen=True)
class Session:
    """One sign-in.

    Attributes:
        token: The key or token that was signed in with.
        mark: Random; what forms of this session are recognised by.
        until: When it ends.
    """

    token: str
    mark: str
    until: datetime

    def form_token(self) -> str:
        """Return what a form bears to show that a page of this session sent it; another one each time.

        A fresh pad in front keeps a compressed page from telling it letter by letter (BREACH).
        """
        pad = secrets.token_hex(8)
        return f"{pad}{self._proof(pad)}"

    def sent(self, form_token: str) -> bool:
        """Return whether a form was sent by a page of this session."""
        pad, proof = form_token[:16], form_token[16:]
        return hmac.compare_digest(proof.encode(), self._proof(pad).encode())

    def _proof(self, pad: str) -> str:
        return hmac.new(self.mark.encode(), pad.encode(), hashlib.sha256).hexdigest()[:32]


class Sessions:
    """Begins and opens sessions of one workspace.

    Args:
        secret: The workspace's; sessions of before it was changed end.
        clock: Returns the present instant.
    """

    def __init__(self, secret: str, clock: Callable[[], datetime]) -> None:
        self._seal = Seal(secret, "sessions")
        self._clock = clock

    def begin(self, token: str) -> Session:
        """Begin a session for whoever brings a key or a token that holds."""
        return Session(token, secrets.token_hex(16), self._clock() + LASTS)

    def cookie(self, session: Session, scheme: str) -> str | None:
        """Return the cookie that opens a session; None where its token is too long for one."""
        sealed = self._seal.sealed([session.token, session.mark, session.until.isoformat()])
        age = int(LASTS.total_seconds())
        return None if len(sealed) > LONGEST_COOKIE else _cookie(sealed, scheme, age)

    def opened(self, scope: Scope) -> Session | None:
        """Return the session that a request's cookie opens; None where there is none that holds."""
        kept = cookie_of(scope, _NAMES.get(str(scope.get("scheme")), _NAMES["http"]))
        said = self._seal.opened(kept) if kept else None
        if said is None:
            return None
        session = Session(said[0], said[1], datetime.fromisoformat(said[2]))
        return session if self._clock() < session.until else None


def ended(scheme: str) -> str:
    """Return the cookie that ends a session."""
    return _cookie("", scheme, 0)


def _cookie(value: str, scheme: str, age: int) -> str:
    # Lax, not Strict: a link in a mail to a page opens that page. Forms bear a token of their own beside it.
    secure = "; Secure" if scheme == "https" else ""
    return f"{_NAMES.get(scheme, _NAMES['http'])}={value}; Path=/; HttpOnly; SameSite=Lax{secure}; Max-Age={age}"
