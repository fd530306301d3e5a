"""An OpenID Connect issuer on this machine: serves its keys, signs tokens, changes keys, falls silent."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class LocalIssuer:
    """The issuer; `keys` are those that it serves."""

    def __init__(self) -> None:
        self.keys: dict[str, Private] = {}
        self.extra: list[dict[str, Any]] = []
        self.asked = 0
        self.silent = False
        self.claims_to_be: str | None = None
        self._codes: dict[str, tuple[str, str, str]] = {}
        issuer = self

        class Pages(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked += 1
                pages = {"/.well-known/openid-configuration": issuer.described, "/keys": issuer.listed}
                page = pages.get(self.path)
                self.send_response(503 if issuer.silent or page is None else 200)
                self.end_headers()
                if page is not None and not issuer.silent:
                    self.wfile.write(json.dumps(page()).encode())

            def do_POST(self) -> None:
                fields = dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode()))
                token = issuer.redeemed(fields)
                self.send_response(200 if token else 400)
                self.end_headers()
                self.wfile.write(
                    json.dumps({"access_token": token, "token_type": "Bearer"}).encode() if token else b"{}"
                )

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the library
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def described(self) -> dict[str, Any]:
        own = self.address
        places = {"authorization_endpoint": f"{own}/authorize", "token_endpoint": f"{own}/token"}
        return {"issuer": self.claims_to_be or own, "jwks_uri": f"{own}/keys", **places}

    def agree(self, address: str, token: str) -> tuple[str, str]:
        """Confirm a sign-in that a browser was sent here with: return the state and code that it takes back."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self._codes)}"
        self._codes[code] = (asked["code_challenge"], asked["redirect_uri"], token)
        return asked["state"], code

    def redeemed(self, fields: Mapping[str, str]) -> str | None:
        """Return the token that a code is worth, once, to whoever began the sign-in; None to anybody else."""
        challenge, back, token = self._codes.pop(fields.get("code", ""), ("", "", ""))
        digest = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
        shown = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return token if token and (shown, fields.get("redirect_uri")) == (challenge, back) else None

    def listed(self) -> dict[str, Any]:
        return {"keys": [*(public(key_id, key) for key_id, key in self.keys.items()), *self.extra]}

    def add(self, key_id: str, *, bits: int = 2048, curve: bool = False) -> None:
        """Sign with one more key."""
        new: Private = ec.generate_private_key(ec.SECP256R1()) if curve else rsa.generate_private_key(65537, bits)
        self.keys[key_id] = new

    def token(self, key_id: str, claims: Mapping[str, Any], key: Private | None = None) -> str:
        """Sign claims with a key, by default with that which it serves under this identifier."""
        signing = key or self.keys[key_id]
        algorithm = "RS256" if isinstance(signing, rsa.RSAPrivateKey) else "ES256"
        return jwt.encode(dict(claims), signing, algorithm, headers={"kid": key_id})


def public(key_id: str, key: Private) -> dict[str, Any]:
    """Return a key as it is served."""
    if isinstance(key, rsa.RSAPrivateKey):
        return {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": key_id, "use": "sig", "alg": "RS256"}
    return {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": key_id, "use": "sig"}


@contextmanager
def local_issuer() -> Iterator[LocalIssuer]:
    """Run an issuer."""
    issuer = LocalIssuer()
    thread = threading.Thread(target=issuer.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield issuer
    finally:
        issuer.server.shutdown()
        issuer.server.server_close()
        thread.join()
