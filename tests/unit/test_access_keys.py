"""Keys: shown once, kept as a hash, ending, revocable, and made by an event or by nobody."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import create_engine, select, text

from errors import AccessError
from features.access import Access
from ledger.events import NoSuchRecordError
from ledger.ledger import Ledger
from ledger.tables import METADATA
from serving.access import keys
from serving.access.caller import Caller, Role, Scope
from serving.access.door import KNOWN_SECONDS, Door
from serving.access.hashing import holds
from serving.access.keys import Grant
from serving.access.refused import TooManyAttemptsError, UnknownCallerError
from tests.support.keys import CHEAP
from tests.support.ledgers import rewrite, url_of

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
PLANNER = frozenset({Role.PLANNER})


class Place:
    """A ledger, a door, and a clock that a test moves."""

    def __init__(self, folder: Path) -> None:
        self.now = START
        self.seconds = 0.0
        self.url = url_of(folder)
        self.ledger = Ledger.open(self.url, lambda: self.now)
        self.door = self.opened(Access(failed_attempts=3))

    def opened(self, settings: Access) -> Door:
        return Door(self.ledger, settings, lambda: self.now, lambda: self.seconds)

    def made(self, *roles: Role, scope: Scope | None = None, days: int = 30) -> tuple[str, keys.Key]:
        grant = Grant("Ann Smith", frozenset(roles or PLANNER), days, scope=scope or Scope())
        return keys.create(self.ledger, grant, actor="root", now=self.now, cost=CHEAP)

    def asks(self, token: str, address: str = "10.0.0.1", *, wanted: frozenset[Role] = PLANNER) -> Caller:
        return asyncio.run(self.door.caller([f"Bearer {token}"], address, wanted))

    def passes(self, seconds: float) -> None:
        self.seconds += seconds
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def place(tmp_path: Path, each_database: str) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.door.close()
    made.ledger.close()


def changed(token: str) -> str:
    """Return a key of the same identifier and another secret."""
    return token[:-1] + ("A" if token[-1] != "A" else "B")


def test_a_key_names_who_uses_it_and_its_secret_is_nowhere(place: Place, tmp_path: Path) -> None:
    token, key = place.made(Role.PLANNER, scope=Scope(strands=frozenset({"burglary"})))
    caller = place.asks(token)
    assert (caller.name, caller.role, caller.authentication) == ("Ann Smith", "planner", f"api-key:{key.key_id}")
    assert caller.purpose == "demand-forecasting"
    assert caller.scope == Scope(strands=frozenset({"burglary"}))
    secret = token.split("_", 2)[2]
    with place.ledger.database.reading() as connection:
        held = [str(row) for table in METADATA.sorted_tables for row in connection.execute(select(table))]
    assert [row for row in held if key.kept in row] != []
    assert [row for row in held if secret in row] == []
    assert [path for path in tmp_path.iterdir() if secret.encode() in path.read_bytes()] == []
    assert secret not in repr(key)
    assert "$argon2id$" not in repr(key)


def test_that_a_key_was_made_and_revoked_is_recorded_with_who_and_why(place: Place) -> None:
    _, key = place.made()
    keys.revoke(place.ledger, key.key_id, actor="root", reason=" left\nthe force ")
    revoked, made = place.ledger.events(object=f"api-key/{key.key_id}")
    assert (made.draft.operation, made.draft.actor, made.audit_id) == ("admin", "root", key.audit_id)
    assert made.draft.details["roles"] == "planner"
    assert dict(revoked.draft.details) == {"act": "revoke-key", "reason": "left the force"}
    with pytest.raises(AccessError, match="was revoked already on 2026-01-05"):
        keys.revoke(place.ledger, key.key_id, actor="root", reason="again")
    with pytest.raises(AccessError, match="--reason: no reason is given"):
        keys.revoke(place.ledger, key.key_id, actor="root", reason=" ")
    with pytest.raises(NoSuchRecordError, match="there is no key nonsense"):
        keys.revoke(place.ledger, "nonsense", actor="root", reason="x")


def test_a_revoked_key_opens_nothing_after_a_few_seconds(place: Place) -> None:
    token, key = place.made()
    place.asks(token)
    keys.revoke(place.ledger, key.key_id, actor="root", reason="lost")
    assert KNOWN_SECONDS < 5
    place.passes(KNOWN_SECONDS)
    for _ in range(2):
        with pytest.raises(UnknownCallerError, match="the key is revoked"):
            place.asks(token)
    assert [one.state(place.now) for one in keys.listed(place.ledger)] == ["revoked"]


def test_a_key_ends_on_its_day_even_while_it_is_known(place: Place) -> None:
    token, _ = place.made(days=1)
    place.now += timedelta(days=1, seconds=-1)
    place.asks(token)
    place.now += timedelta(seconds=1)
    with pytest.raises(UnknownCallerError, match="the key is expired; ask your administrator"):
        place.asks(token)


def test_the_secret_is_held_against_its_hash_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []

    def looks(kept: str, secret: str) -> bool:
        looked.append(secret)
        return holds(kept, secret)

    monkeypatch.setattr("serving.access.door.holds", looks)
    token, _ = place.made()
    for _ in range(3):
        place.asks(token)
        place.passes(KNOWN_SECONDS)
    assert len(looked) == 1


@pytest.mark.parametrize("sent", [["Bearer"], ["Basic abc"], ["Bearer x", "Bearer y"], ["Bearer é"], [""]])
def test_what_is_no_key_names_nobody(place: Place, sent: list[str]) -> None:
    with pytest.raises(UnknownCallerError):
        asyncio.run(place.door.caller(sent, "10.0.0.1", PLANNER))


def test_another_secret_and_an_unknown_key_are_told_alike(place: Place) -> None:
    token, _ = place.made()
    place.asks(token)
    told = []
    for other in (changed(token), token.replace(token[4:10], "aaaaaa"), "ey.ey.ey"):
        with pytest.raises(UnknownCallerError) as caught:
            place.asks(other)
        told.append(str(caught.value))
    assert len(set(told)) == 1
    place.asks(token)


def test_after_some_failures_a_source_waits_and_others_do_not(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    token, _ = place.made()
    other, _ = place.made()
    for _ in range(3):
        with pytest.raises(UnknownCallerError):
            place.asks(changed(token))
    with pytest.raises(TooManyAttemptsError) as caught:
        place.asks(changed(token))
    assert caught.value.seconds == 61
    with monkeypatch.context() as patch:
        patch.setattr("serving.access.door.holds", lambda *_: pytest.fail("was looked at"))
        with pytest.raises(TooManyAttemptsError):
            place.asks(token)
    place.asks(token, "10.0.0.2")
    place.asks(other)
    place.passes(61)
    place.asks(changed(token)[:-1] + token[-1])


def test_many_sources_together_wait_too_and_whoever_is_known_does_not(place: Place) -> None:
    token, _ = place.made()
    place.asks(token)
    for number in range(18):
        with pytest.raises(UnknownCallerError):
            place.asks(changed(token), f"10.0.1.{number}")
    with pytest.raises(TooManyAttemptsError):
        place.asks(changed(token), "10.0.2.1")
    assert place.asks(token, "10.0.2.2").name == "Ann Smith"


def test_no_more_secrets_are_looked_at_than_fail_in_a_minute_and_whoever_is_known_is_let_in(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, _ = place.made()
    place.asks(token)
    others = [place.made()[0] for _ in range(20)]
    looks = []

    def looked(kept: str, secret: str) -> bool:
        looks.append(kept)
        return holds(kept, secret)

    monkeypatch.setattr("serving.access.door.holds", looked)
    for number, other in enumerate(others):
        with pytest.raises((UnknownCallerError, TooManyAttemptsError)):
            place.asks(changed(other), f"10.1.0.{number}")
    assert len(looks) == 3 * 6
    with pytest.raises(TooManyAttemptsError):
        place.asks(others[0])
    place.passes(KNOWN_SECONDS + 1)
    assert place.asks(token).name == "Ann Smith"


def test_of_many_who_were_never_known_few_wait_and_whoever_was_known_overtakes_them(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, _ = place.made()
    place.asks(token)
    place.passes(KNOWN_SECONDS + 1)
    open_again = Event()
    find = keys.find

    def held_up(ledger: Ledger, key_id: str) -> keys.Key:
        if key_id != token.split("_")[1]:
            assert open_again.wait(30)
        return find(ledger, key_id)

    monkeypatch.setattr("serving.access.door.keys.find", held_up)

    async def scenario() -> list[BaseException | Caller]:
        def asks(sent: str, address: str) -> "asyncio.Task[Caller]":
            return asyncio.create_task(place.door.caller([f"Bearer {sent}"], address, PLANNER))

        strangers = [asks(f"sck_{'a' * 13}_{number:043d}", f"10.2.0.{number}") for number in range(70)]
        assert (await asks(token, "10.0.0.1")).name == "Ann Smith"
        assert sum(task.done() for task in strangers) == 6
        open_again.set()
        return await asyncio.gather(*strangers, return_exceptions=True)

    told = asyncio.run(scenario())
    assert all(isinstance(one, UnknownCallerError | TooManyAttemptsError) for one in told)
    assert sum("too many wait" in str(one) for one in told) == 6


def test_a_row_that_no_event_made_opens_nothing(place: Place, tmp_path: Path) -> None:
    token, key = place.made()
    rewrite(tmp_path, "UPDATE api_keys SET roles = 'auditor;planner'")
    with pytest.raises(UnknownCallerError, match="the key does not hold"):
        place.asks(token)
    with pytest.raises(NoSuchRecordError):
        keys.find(place.ledger, key.key_id)
    assert keys.listed(place.ledger) == []


def test_keys_cannot_be_changed_in_the_database(place: Place) -> None:
    place.made()
    engine = create_engine(place.url)
    for statement in ("UPDATE api_keys SET expires = '2099-01-01'", "DELETE FROM api_keys"):
        with pytest.raises(Exception, match="api_keys is append-only"), engine.begin() as connection:
            connection.execute(text(statement))
    engine.dispose()


def test_whoever_has_several_roles_acts_in_one_that_is_wanted(place: Place) -> None:
    token, _ = place.made(Role.AUDITOR, Role.DATA_SCIENTIST)
    assert place.asks(token, wanted=frozenset({Role.AUDITOR, Role.PLANNER})).role == "auditor"
    assert place.asks(token, wanted=frozenset({Role.AUDITOR, Role.DATA_SCIENTIST})).role == "data-scientist"
    # Nobody that is wanted: turned away in a role that is their own.
    assert place.asks(token, wanted=PLANNER).role == "data-scientist"


def test_a_partner_sees_no_team_and_no_feed_but_its_own(place: Place) -> None:
    token, _ = place.made(Role.PARTNER, scope=Scope(owners=frozenset({"council"})))
    scope = place.asks(token, wanted=frozenset({Role.PARTNER})).scope
    assert scope == Scope(owners=frozenset({"council"}), feeds=frozenset())


@pytest.mark.parametrize(
    ("grant", "told"),
    [
        ({"name": " "}, "a key needs the name of who uses it"),
        ({"name": "a\nb"}, "a key needs the name of who uses it"),
        ({"name": "Unknown"}, "is what nobody known is called"),
        ({"roles": frozenset()}, "a key needs a role"),
        ({"days": 0}, "a key does not hold for so long"),
        ({"days": 367}, "a key does not hold for so long"),
        ({"purpose": "Any Purpose"}, "is no code of a purpose"),
        ({"roles": frozenset({Role.PARTNER})}, "a partner's key with nothing of its own shows nothing"),
        ({"roles": frozenset({Role.PARTNER, Role.PLANNER})}, "a partner's key with nothing of its own"),
        (
            {"roles": frozenset({Role.PARTNER}), "scope": Scope(areas=frozenset({"D1"}))},
            "areas alone show nothing",
        ),
    ],
)
def test_a_key_that_would_open_nothing_or_for_ever_is_not_made(grant: dict[str, object], told: str) -> None:
    with pytest.raises(AccessError, match=told):
        Grant(**{"name": "Ann", "roles": PLANNER, "days": 30, **grant})  # type: ignore[arg-type]


def test_without_a_key_the_published_tables_are_seen_where_the_settings_say_so(place: Place) -> None:
    wanted = frozenset({Role.PUBLIC, Role.PLANNER})
    with pytest.raises(UnknownCallerError, match="nobody is named; send Authorization: Bearer"):
        asyncio.run(place.door.caller([], "10.0.0.1", wanted))
    door = place.opened(Access(open_to_public=True))
    assert asyncio.run(door.caller([], "10.0.0.1", wanted)).role == "public"
    with pytest.raises(UnknownCallerError):
        asyncio.run(door.caller([], "10.0.0.1", PLANNER))
    door.close()


def test_a_key_shows_itself_as_json(place: Place) -> None:
    _, key = place.made(Role.PARTNER, scope=Scope(feeds=frozenset({"b", "a"})))
    assert json.loads(json.dumps(key.as_document(place.now)))["scope"] == {"feeds": ["a", "b"]}
