"""Sealing: what a browser keeps for us and can neither read nor change."""

import base64
import hashlib
import hmac
import json
import secrets
from http.cookies import CookieError, SimpleCookie
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.types import Scope

_NONCE_BYTES = 12


class Seal:
    """Seals JSON values by AES-GCM (NIST SP 800-38D) under a key of one purpose.

    Args:
        secret: The workspace's, in hexadecimal digits; nothing that was sealed before it was changed opens any more.
        purpose: What is sealed; what is sealed for one purpose opens for no other.
    """

    def __init__(self, secret: str, purpose: str) -> None:
        self._cipher = AESGCM(hmac.new(bytes.fromhex(secret), purpose.encode(), hashlib.sha256).digest())

    def sealed(self, value: Any) -> str:
        """Return a value sealed, in the letters that a cookie may hold; another text each time."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return base64.urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, json.dumps(value).encode(), None)).decode()

    def opened(self, text: str) -> Any:
        """Return what was sealed; None where this is no seal of ours."""
        try:
            raw = base64.urlsafe_b64decode(text)
            return json.loads(self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None))
        except (ValueError, InvalidTag):
            return None


def cookie_of(scope: Scope, name: str) -> str | None:
    """Return a request's cookie of a name; None where it sent none."""
    header = "; ".join(value.decode("latin-1") for key, value in scope["headers"] if key == b"cookie")
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return None
    return found.value if found is not None else None
