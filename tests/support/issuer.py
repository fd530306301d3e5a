"""An OpenID Connect issuer on this machine: serves its keys, signs tokens, changes keys, falls silent."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

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

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the library
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def described(self) -> dict[str, Any]:
        return {"issuer": self.claims_to_be or self.address, "jwks_uri": f"{self.address}/keys"}

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
