"""Bearer tokens, from a real issuer on this machine: who they name, and everything that makes them not hold."""

import asyncio
import base64
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from errors import DataError, ServiceError
from features.access import Access, Oidc
from features.configuration import validated
from ledger.ledger import Ledger
from serving.access.caller import Role, Scope
from serving.access.door import Door
from serving.access.identity import Identity
from serving.access.issuer import BETWEEN_FETCHES_SECONDS, FRESH_SECONDS, LAST_RESORT_SECONDS, IssuerKeys, fetch
from serving.access.refused import UnknownCallerError
from serving.access.tokens import Tokens
from tests.support.issuer import LocalIssuer, local_issuer

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
AT = int(NOW.timestamp())
ROLES = {"sc-planners": "planner", "sc-audit": "auditor"}
STRANGER = rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def running() -> Iterator[LocalIssuer]:
    with local_issuer() as issuer:
        issuer.add("one")
        issuer.add("curve", curve=True)
        yield issuer


class Desk:
    """Tokens looked at by a clock that a test moves."""

    def __init__(self, issuer: LocalIssuer) -> None:
        self.issuer = issuer
        self.seconds = 0.0
        self.settings = Oidc(issuer=issuer.address, audience="strandcast", roles=ROLES)
        self.keys = IssuerKeys(issuer.address, fetch, lambda: self.seconds)
        self.tokens = Tokens(self.settings, self.keys, lambda: NOW)

    def claims(self, **other: Any) -> dict[str, Any]:
        own = {"iss": self.issuer.address, "aud": "strandcast", "sub": "ann", "iat": AT, "exp": AT + 300}
        claims = {**own, "roles": ["sc-planners", "others"], **other}
        return {name: value for name, value in claims.items() if value is not ...}

    def identity(self, key_id: str = "one", **other: Any) -> Identity:
        return self.tokens.identity(self.issuer.token(key_id, self.claims(**other)))


@pytest.fixture
def desk(running: LocalIssuer) -> Desk:
    running.silent, running.claims_to_be, running.extra, running.asked = False, None, [], 0
    running.keys = {key_id: key for key_id, key in running.keys.items() if key_id in ("one", "curve")}
    return Desk(running)


@pytest.mark.parametrize("key_id", ["one", "curve"])
def test_a_token_names_who_asks_their_roles_and_their_scope(desk: Desk, key_id: str) -> None:
    scope = {"strands": ["burglary"], "areas": ["North"]}
    found = desk.identity(key_id, strandcast_scope=scope)
    assert (found.name, found.authentication) == ("ann", f"oidc:{desk.issuer.address}")
    assert found.roles == {Role.PLANNER}
    assert found.scope == Scope(strands=frozenset({"burglary"}), areas=frozenset({"North"}))


@pytest.mark.parametrize("required", [True, False])
def test_a_token_that_leaves_its_scope_open_is_refused_where_it_must_say_one(desk: Desk, required: bool) -> None:
    settings = desk.settings.model_copy(update={"scope_required": required})
    desk.tokens = Tokens(settings, desk.keys, lambda: NOW)
    assert desk.identity(strandcast_scope={}).scope == Scope()
    if not required:
        assert desk.identity(strandcast_scope=...).scope == Scope()
        return
    for missing in (..., None):
        with pytest.raises(UnknownCallerError, match="does not say how far its sight reaches"):
            desk.identity(strandcast_scope=missing)


@pytest.mark.parametrize("within", [{"exp": AT - 59}, {"nbf": AT + 60}, {"iat": AT + 60}])
def test_clocks_may_be_a_minute_apart(desk: Desk, within: dict[str, Any]) -> None:
    assert desk.identity(**within).name == "ann"


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"exp": AT - 60}, "has expired"),
        ({"nbf": AT + 61}, "does not hold yet"),
        ({"iat": AT + 61}, "does not hold yet"),
        ({"exp": "soon"}, "does not say when"),
        ({"exp": True}, "does not say when"),
        ({"exp": ...}, "does not hold"),
        ({"iat": ...}, "does not hold"),
        ({"aud": "another"}, "does not hold"),
        ({"aud": ...}, "does not hold"),
        ({"iss": "http://127.0.0.1:1"}, "does not hold"),
        ({"iss": ...}, "does not hold"),
        ({"sub": ...}, "does not say whom"),
        ({"sub": ""}, "does not say whom"),
        ({"sub": "a\nb"}, "does not say whom"),
        ({"sub": "a" * 201}, "does not say whom"),
        ({"roles": ["others"]}, "gives no role here"),
        ({"roles": ...}, "gives no role here"),
        ({"roles": {"sc-planners": 1}}, "gives no role here"),
        ({"strandcast_scope": "North"}, "scope cannot be read"),
        ({"strandcast_scope": {"area": ["North"]}}, "scope cannot be read"),
        ({"strandcast_scope": {"areas": "North"}}, "scope cannot be read"),
        ({"strandcast_scope": {"areas": [1]}}, "scope cannot be read"),
    ],
)
def test_a_token_that_says_something_else_names_nobody(desk: Desk, claims: dict[str, Any], told: str) -> None:
    with pytest.raises(UnknownCallerError, match=told):
        desk.identity(**claims)


def test_an_issuer_on_https_does_not_have_its_keys_fetched_in_the_clear() -> None:
    asked: list[str] = []

    def answers(address: str) -> bytes:
        asked.append(address)
        return json.dumps({"issuer": "https://id.example", "jwks_uri": "http://id.example/keys"}).encode()

    with pytest.raises(ServiceError, match="cannot be asked for its keys"):
        IssuerKeys("https://id.example", answers, lambda: 0.0).key("one")
    assert asked == ["https://id.example/.well-known/openid-configuration"]


def unsigned(desk: Desk) -> str:
    return jwt.encode(desk.claims(), "", "none", headers={"kid": "one"})


def signed_with_the_public_key(desk: Desk) -> str:
    """Return a token whose secret is the issuer's public key, as text (CVE-2015-9235); PyJWT refuses to make one."""
    public = desk.issuer.keys["one"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    parts = ({"alg": "HS256", "typ": "JWT", "kid": "one"}, desk.claims())
    signed = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    signature = base64.urlsafe_b64encode(hmac.digest(public, signed, "sha256")).rstrip(b"=")
    return b".".join((signed, signature)).decode()


def of_a_stranger(desk: Desk) -> str:
    return desk.issuer.token("one", desk.claims(), STRANGER)


def of_an_unknown_key(desk: Desk) -> str:
    return desk.issuer.token("two", desk.claims(), STRANGER)


def with_its_own_key(desk: Desk) -> str:
    numbers = jwt.algorithms.RSAAlgorithm.to_jwk(STRANGER.public_key(), as_dict=True)
    return jwt.encode(desk.claims(), STRANGER, "RS256", headers={"kid": "one", "jwk": numbers})


def with_changed_claims(desk: Desk) -> str:
    head, body, signature = desk.issuer.token("one", desk.claims()).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "bo"}).encode()).decode().rstrip("=")
    return f"{head}.{forged}.{signature}"


def of_another_algorithm(desk: Desk) -> str:
    return jwt.encode(desk.claims(), desk.issuer.keys["one"], "RS512", headers={"kid": "one"})


def too_long(desk: Desk) -> str:
    return desk.issuer.token("one", desk.claims(more="x" * 8000))


FORGED = [
    *(unsigned, signed_with_the_public_key, of_a_stranger, of_an_unknown_key, with_its_own_key),
    *(with_changed_claims, of_another_algorithm, too_long),
    *(lambda _, text=text: text for text in ("", ".", "..", "a.b.c", "é", "[" * 5000, "e30.e30.")),
]


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_token_names_nobody(desk: Desk, forged: Callable[[Desk], str]) -> None:
    with pytest.raises(UnknownCallerError):
        desk.tokens.identity(forged(desk))


def test_keys_that_are_secret_short_or_not_for_signing_are_passed_over(desk: Desk) -> None:
    desk.issuer.add("short", bits=1024)
    served = desk.issuer.listed()["keys"]
    desk.issuer.extra = [
        {"kty": "oct", "kid": "secret", "k": base64.urlsafe_b64encode(b"s" * 32).decode(), "alg": "HS256"},
        {**served[0], "kid": "cipher", "use": "enc"},
        {**served[0], "kid": "odd", "alg": "RSA-OAEP"},
        {"kty": "RSA", "kid": "broken"},
        {key: value for key, value in served[0].items() if key != "kid"},
    ]
    for key_id in ("short", "secret", "cipher", "odd", "broken", ""):
        assert desk.keys.key(key_id) is None
    assert desk.keys.key("one") is not None
    secret = jwt.encode(desk.claims(), b"s" * 32, "HS256", headers={"kid": "secret"})
    with pytest.raises(UnknownCallerError):
        desk.tokens.identity(secret)


def test_a_new_key_counts_at_once_and_a_withdrawn_one_soon_no_more(desk: Desk) -> None:
    desk.identity()
    desk.issuer.add("new")
    desk.seconds += BETWEEN_FETCHES_SECONDS
    assert desk.identity("new").name == "ann"
    old = desk.issuer.token("one", desk.claims())
    held = desk.issuer.keys.pop("one")
    desk.seconds += FRESH_SECONDS
    with pytest.raises(UnknownCallerError):
        desk.tokens.identity(old)
    desk.issuer.keys["one"] = held


def test_unknown_keys_do_not_make_the_issuer_be_asked_again_and_again(desk: Desk) -> None:
    for number in range(20):
        with pytest.raises(UnknownCallerError):
            desk.tokens.identity(desk.issuer.token(f"x{number}", desk.claims(), STRANGER))
    assert desk.issuer.asked == 2


def test_an_issuer_that_falls_silent_is_believed_for_a_while(desk: Desk) -> None:
    desk.identity()
    desk.issuer.silent = True
    desk.seconds += FRESH_SECONDS
    assert desk.identity().name == "ann"
    desk.seconds += LAST_RESORT_SECONDS
    with pytest.raises(ServiceError, match="the issuer of tokens cannot be asked for its keys"):
        desk.identity()
    desk.issuer.silent = False
    desk.seconds += BETWEEN_FETCHES_SECONDS
    assert desk.identity().name == "ann"


def test_a_document_that_speaks_of_another_issuer_is_not_believed(desk: Desk) -> None:
    desk.issuer.claims_to_be = "https://elsewhere.example"
    with pytest.raises(ServiceError):
        desk.identity()


@pytest.mark.parametrize(
    "issuer", ["http://login.example.org", "ftp://a", "login.example.org", "https://a/?b=c", "https://", "file:///etc"]
)
def test_an_issuer_is_an_https_address(issuer: str) -> None:
    with pytest.raises(DataError, match="issuer must be an https address"):
        validated({"oidc": {"issuer": issuer, "audience": "a", "roles": ROLES}}, "strandcast.toml", Access)


def test_roles_of_the_settings_are_the_roles_there_are() -> None:
    document = {"oidc": {"issuer": "https://a", "audience": "a", "roles": {"x": "king"}}}
    with pytest.raises(DataError, match="oidc"):
        validated(document, "strandcast.toml", Access)
    for role in Role:
        Oidc(issuer="https://a", audience="a", roles={"x": role.value})


def test_the_door_takes_tokens_beside_keys(desk: Desk, tmp_path: Path) -> None:
    wanted = frozenset({Role.AUDITOR})
    with Ledger.open(f"sqlite:///{tmp_path / 'w.db'}", lambda: NOW) as ledger:
        door = Door(ledger, Access(oidc=desk.settings), lambda: NOW)
        sent = f"bearer {desk.issuer.token('one', desk.claims(roles=['sc-planners', 'sc-audit']))}"
        caller = asyncio.run(door.caller([sent], "10.0.0.1", wanted))
        assert (caller.name, caller.role, caller.purpose) == ("ann", "auditor", "audit")
        with pytest.raises(UnknownCallerError):
            asyncio.run(door.caller([f"Bearer {of_a_stranger(desk)}"], "10.0.0.1", wanted))
        door.close()
