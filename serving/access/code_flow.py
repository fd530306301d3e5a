"""Signing in with an organisation's own account: the authorization code flow with PKCE.

OpenID Connect Core 1.0, section 3.1; RFC 7636 (PKCE, S256); RFC 9700, section 2.1.1. What comes of it is an access
token of the same issuer and audience that the API takes, and so the same door lets its bearer in.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode

from errors import ServiceError
from features.access import Oidc
from serving.access.issuer import Fetch, as_safe, discovered
from serving.access.refused import UnknownCallerError

CLIENT_SECRET = "STRANDCAST_OIDC_CLIENT_SECRET"  # noqa: S105 - the name of a variable
# Address and fields of a form -> what is answered.
Send = Callable[[str, Mapping[str, str]], bytes]
_FIX = "sign in again"


@dataclass(frozen=True)
class Begun:
    """A sign-in that is under way, kept by the browser until it comes back.

    Attributes:
        state: Random; comes back with the browser.
        verifier: Random; shows the issuer that who asks for the token began this (RFC 7636, section 4.1).
        wanted: Where to go then.
    """

    state: str
    verifier: str
    wanted: str

    @classmethod
    def anew(cls, wanted: str) -> "Begun":
        """Begin."""
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(48), wanted)

    @property
    def challenge(self) -> str:
        """The verifier's hash (RFC 7636, section 4.2)."""
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class CodeFlow:
    """Sends people to their organisation's issuer and takes what they bring back.

    Args:
        settings: The issuer, and what this service is called there.
        client_secret: What this service shows there beside its name; None: it is a public client.
        fetch: Returns what lies at an address.
        send: Sends a form and returns the answer.
    """

    def __init__(self, settings: Oidc, client_secret: str | None, fetch: Fetch, send: Send) -> None:
        self._settings = settings
        self._client_secret = client_secret
        self._fetch = fetch
        self._send = send

    def address(self, begun: Begun, back: str) -> str:
        """Return where somebody signs in, and comes back from to the address `back`.

        Raises:
            ServiceError: The issuer cannot be asked, or names no place for it.
        """
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": back,
            "scope": "openid",
            "audience": self._settings.audience,
            "state": begun.state,
            "code_challenge": begun.challenge,
            "code_challenge_method": "S256",
        }
        place = self._place("authorization_endpoint")
        return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"

    def token(self, begun: Begun, back: str, state: str, code: str) -> str:
        """Return the access token that somebody's code is worth.

        Raises:
            UnknownCallerError: They did not begin this sign-in, or the code is worth nothing.
            ServiceError: The issuer cannot be asked.
        """
        if not code or not secrets.compare_digest(state.encode(), begun.state.encode()):
            raise UnknownCallerError("this sign-in was not begun in this browser", fix=_FIX)
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": self._settings.client_id,
            "code_verifier": begun.verifier,
        }
        if self._client_secret is not None:
            fields["client_secret"] = self._client_secret
        try:
            said: Any = json.loads(self._send(self._place("token_endpoint"), fields))
        except (OSError, URLError, ValueError):
            raise UnknownCallerError("your organisation did not confirm the sign-in", fix=_FIX) from None
        token = said.get("access_token") if isinstance(said, dict) else None
        if not isinstance(token, str) or not token:
            raise UnknownCallerError("your organisation gave no token for this service", fix=_FIX)
        return token

    def _place(self, name: str) -> str:
        try:
            place = str(discovered(self._settings.issuer, self._fetch)[name])
        except (OSError, URLError, ValueError, KeyError, TypeError):
            place = ""
        if not as_safe(place, self._settings.issuer):
            fix = "check the network and [access.oidc] in strandcast.toml"
            raise ServiceError("your organisation's sign-in cannot be reached", fix=fix)
        return place
