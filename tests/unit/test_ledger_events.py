import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from errors import LedgerError
from ledger.events import GENESIS, Draft, NoSuchRecordError, canonical_json, parse_audit_id, sealed

DRAFT = Draft("decision", "plan/p1", "ann", details={"hours": 2400, "note": "Zoë", "late": False, "why": None})


def test_canonical_json_has_sorted_keys_no_spaces_and_plain_letters() -> None:
    assert canonical_json({"b": [1, None], "a": "é"}) == '{"a":"é","b":[1,null]}'.encode()


@pytest.mark.parametrize("value", [1.0, {"a": [0.5]}, 2**53, "a\x00b", {"\x00": 1}, "\ud800", float("nan")])
def test_canonical_json_refuses_what_has_more_than_one_reading(value: object) -> None:
    with pytest.raises(LedgerError):
        canonical_json(value)


@pytest.mark.parametrize(
    "change",
    [
        {"operation": "reading"},
        {"outcome": "maybe"},
        {"object": ""},
        {"actor": ""},
        {"object_hash": "zzz"},
        {"recipient": ""},
        {"details": {"": 1}},
        {"details": {"hours": 2.5}},
        {"details": {"hours": [1]}},
    ],
)
def test_draft_that_could_not_be_recorded_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(LedgerError):
        replace(DRAFT, **change)


def test_hash_is_sha256_over_a_zero_byte_and_the_canonical_content() -> None:
    event = sealed(DRAFT, 1, "2024-07-01T08:00:00.000000Z", GENESIS)
    document = event.as_document()
    del document["audit_id"], document["hash"]
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert event.hash == hashlib.sha256(b"\x00" + text.encode()).hexdigest()


def test_audit_id_holds_position_and_hash() -> None:
    event = sealed(DRAFT, 12, "2024-07-01T08:00:00.000000Z", GENESIS)
    assert event.audit_id == f"00000012-{event.hash[:8]}"
    assert parse_audit_id(event.audit_id) == (12, event.hash[:8])


@pytest.mark.parametrize(
    "text", ["", "12", "00000012", "00000012-XYZ", "00000012-0a1b2c3d ", "1-0a1b2c3d", "2147483647-0a1b2c3d"]
)
def test_text_that_is_no_audit_id_is_refused(text: str) -> None:
    with pytest.raises(NoSuchRecordError, match="not an audit id"):
        parse_audit_id(text)
