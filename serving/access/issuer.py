"""The public keys of an issuer of tokens: found by its discovery document, fetched again as they change.

OpenID Connect Discovery 1.0, section 4; RFC 7517. A token that names an unknown key makes them be fetched again, but
not more often than every few seconds: nobody can have us ask the issuer as fast as they ask us.
"""

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWTError

from errors import ServiceError

Fetch = Callable[[str], bytes]

# RFC 7518, section 3.1: signatures alone; a secret that both sides hold would let us make the issuer's tokens.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
FRESH_SECONDS = 600.0
LAST_RESORT_SECONDS = 3600.0
BETWEEN_FETCHES_SECONDS = 10.0

_TIMEOUT_SECONDS = 5.0
_LARGEST = 256 * 1024
_SMALLEST_RSA_BITS = 2048


class IssuerKeys:
    """The keys that an issuer signs with now. Safe to use from several threads.

    Args:
        issuer: Its address.
        fetch: Returns what lies at an address.
        seconds: Returns seconds that only ever grow.
    """

    def __init__(self, issuer: str, fetch: Fetch, seconds: Callable[[], float]) -> None:
        self._issuer = issuer
        self._fetch = fetch
        self._seconds = seconds
        self._keys: dict[str, PyJWK] = {}
        self._fetched: float | None = None
        self._tried: float | None = None
        self._lock = threading.Lock()

    def key(self, key_id: str) -> PyJWK | None:
        """Return the key of an identifier; None where the issuer has none of it.

        Raises:
            ServiceError: The issuer cannot be asked, and what it said before is too old.
        """
        known = self._keys.get(key_id)
        if known is not None and not self._older(self._fetched, FRESH_SECONDS):
            return known
        # Whoever comes while another asks the issuer goes by what it said before, if it ever said anything.
        if self._lock.acquire(blocking=self._fetched is None):
            try:
                if key_id not in self._keys or self._older(self._fetched, FRESH_SECONDS):
                    self._renew()
            finally:
                self._lock.release()
        if self._older(self._fetched, LAST_RESORT_SECONDS):
            fix = "check the network and [access.oidc] in strandcast.toml"
            raise ServiceError("the issuer of tokens cannot be asked for its keys", fix=fix)
        return self._keys.get(key_id)

    def _older(self, instant: float | None, seconds: float) -> bool:
        return instant is None or self._seconds() - instant >= seconds

    def _renew(self) -> None:
        if not self._older(self._tried, BETWEEN_FETCHES_SECONDS):
            return
        self._tried = self._seconds()
        try:
            address = str(discovered(self._issuer, self._fetch)["jwks_uri"])
            if not as_safe(address, self._issuer):
                return
            found = json.loads(self._fetch(address))["keys"]
            self._keys = {str(item["kid"]): key for item in found if (key := _usable(item)) is not None}
        except (OSError, URLError, ValueError, KeyError, TypeError):
            # What it said before stands for a while: an issuer that is restarted turns nobody away.
            return
        self._fetched = self._tried


def discovered(issuer: str, fetch: Fetch) -> dict[str, Any]:
    """Return what an issuer says of itself.

    Raises:
        OSError: It cannot be had.
        ValueError: It is no such document, or that of another issuer.
    """
    said = json.loads(fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
    if not isinstance(said, dict) or said.get("issuer") != issuer:
        raise ValueError("the document is not that of this issuer")
    return said


def as_safe(address: str, issuer: str) -> bool:
    """Return whether an address is as safe as the issuer's: https, or as the issuer is, if that is this machine."""
    keys, own = urlsplit(address), urlsplit(issuer)
    return keys.scheme == "https" or (keys.scheme == own.scheme == "http" and keys.hostname == own.hostname)


def _usable(item: dict[str, Any]) -> PyJWK | None:
    """Return a key that signs, of a kind that is taken and long enough; None for others, which are passed over."""
    if item.get("use", "sig") != "sig" or "kid" not in item or item.get("kty") not in ("RSA", "EC", "OKP"):
        return None
    try:
        key = PyJWK(item)
    except PyJWTError:
        return None
    if key.algorithm_name not in ALGORITHMS:
        return None
    short = isinstance(key.key, RSAPublicKey) and key.key.key_size < _SMALLEST_RSA_BITS
    return None if short else key


class _Stay(HTTPRedirectHandler):
    """Follows no redirection: an issuer says where its keys are, nobody else does."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Refuse."""


def fetch(address: str) -> bytes:
    """Return what lies at an address that the issuer gave.

    Raises:
        OSError: It cannot be had.
        ValueError: It is larger than such a document is.
    """
    return _answer(Request(address, headers={"Accept": "application/json"}))  # noqa: S310 - checked where it is given


def send(address: str, fields: Mapping[str, str]) -> bytes:
    """Send a form to an address that the issuer gave, and return the answer.

    Raises:
        OSError: It cannot be sent, or is refused.
        ValueError: The answer is larger than such a document is.
    """
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    return _answer(Request(address, urlencode(fields).encode(), headers))  # noqa: S310 - checked where it is given


def _answer(asked: Request) -> bytes:
    try:
        with build_opener(_Stay).open(asked, timeout=_TIMEOUT_SECONDS) as answer:
            body: bytes = answer.read(_LARGEST + 1)
    except HTTPError as error:
        # A refusal holds the connection open until it is closed itself.
        error.close()
        raise
    if len(body) > _LARGEST:
        raise ValueError("a document of an issuer is not so large")
    return body
