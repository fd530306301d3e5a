"""Bearer tokens of an OpenID Connect issuer: who they name, if they hold (RFC 7519, RFC 8725)."""

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

from jwt import PyJWT, PyJWTError, get_unverified_header

from features.access import Oidc
from serving.access.caller import Role, Scope
from serving.access.identity import Identity, scope_of
from serving.access.issuer import ALGORITHMS, IssuerKeys
from serving.access.refused import UnknownCallerError

LONGEST_TOKEN = 8192
FIX = "get a new token"

_LONGEST_NAME = 200


class Tokens:
    """Looks at tokens of one issuer.

    Args:
        settings: The issuer, whom its tokens are meant for, and what their roles are called.
        keys: What it signs with.
        clock: Returns the present instant.
    """

    def __init__(self, settings: Oidc, keys: IssuerKeys, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._keys = keys
        self._clock = clock
        # Instants are compared by our own clock, below.
        options: Any = {
            "verify_exp": False,
            "verify_nbf": False,
            "verify_iat": False,
            "enforce_minimum_key_length": True,
        }
        self._jwt = PyJWT(options)

    def identity(self, token: str) -> Identity:
        """Return whom a token names.

        Raises:
            UnknownCallerError: It does not hold, or gives no role here.
            ServiceError: The issuer cannot be asked for its keys.
        """
        claims = self._claims(token)
        self._check_time(claims)
        name, said = claims.get(self._settings.name_claim), claims.get(self._settings.roles_claim)
        if not isinstance(name, str) or not 0 < len(name.strip()) <= _LONGEST_NAME or not name.isprintable():
            raise UnknownCallerError("the token does not say whom it names", fix=FIX)
        words = said if isinstance(said, list) else [said]
        given = self._settings.roles
        roles = frozenset(Role(given[word]) for word in words if isinstance(word, str) and word in given)
        if not roles:
            raise UnknownCallerError("the token gives no role here", fix="ask your administrator for a role")
        return Identity(name, roles, f"oidc:{self._settings.issuer}", "", self._scope(claims))

    def _claims(self, token: str) -> dict[str, Any]:
        if len(token) > LONGEST_TOKEN:
            raise UnknownCallerError("the token is longer than tokens are", fix=FIX)
        try:
            key = self._keys.key(str(get_unverified_header(token).get("kid", "")))
            if key is None:
                raise UnknownCallerError("the token is not signed by a key of its issuer", fix=FIX)
            return self._jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=self._settings.audience,
                issuer=self._settings.issuer,
                options={"require": ["exp", "iat", "iss", "aud"]},
            )
        except (PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise UnknownCallerError("the token does not hold", fix=FIX) from error

    def _check_time(self, claims: dict[str, Any]) -> None:
        """Check when a token holds: RFC 7519, sections 4.1.4 to 4.1.6."""
        now, skew = self._clock().timestamp(), self._settings.skew_seconds
        instants = {name: claims.get(name, now) for name in ("exp", "nbf", "iat")}
        for value in instants.values():
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise UnknownCallerError("the token does not say when it holds", fix=FIX)
        if now >= instants["exp"] + skew:
            raise UnknownCallerError("the token has expired", fix=FIX)
        if max(instants["nbf"], instants["iat"]) > now + skew:
            raise UnknownCallerError("the token does not hold yet", fix="compare the clocks of issuer and service")

    def _scope(self, claims: dict[str, Any]) -> Scope:
        claim = self._settings.scope_claim
        if self._settings.scope_required and claims.get(claim) is None:
            raise UnknownCallerError("the token does not say how far its sight reaches", fix=FIX)
        said = claims.get(claim, {})
        try:
            return scope_of(said if isinstance(said, dict) else {"none": said})
        except ValueError as error:
            # A scope that cannot be read narrows, and so does not open everything.
            raise UnknownCallerError("the token's scope cannot be read", fix=FIX) from error
