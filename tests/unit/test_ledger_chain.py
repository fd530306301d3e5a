"""A line of the chain is an event that could have been recorded, or a fault."""

import hashlib
from typing import Any

import pytest

from ledger.chain import Chain, FaultError
from ledger.events import GENESIS, LEAF_PREFIX, Draft, canonical_json

WHOLE = {
    **Draft("disclosure", "plan/1", "Ann", "planner", "api-key:x", "planning", "0" * 64, "A council").fields(),
    "sequence": 1,
    "time": "2024-07-01T08:00:00.000000Z",
    "previous_hash": GENESIS,
}
UNTOLD = {name: value for name, value in WHOLE.items() if name != "recipient"}


def read(*documents: dict[str, Any]) -> Chain:
    """Read events one after the other, each whole but for what is given of it."""
    chain = Chain()
    for number, document in enumerate(documents, start=1):
        line = canonical_json({**document, "sequence": number, "previous_hash": chain.head})
        chain.take(line, hashlib.sha256(LEAF_PREFIX + line).hexdigest())
    return chain


@pytest.mark.parametrize(
    "change",
    [
        {"time": "never"},
        {"time": ""},
        {"time": "2024-07-01"},
        {"time": "2024-07-01T08:00:00.000000+00:00"},
        {"time": "2024-13-01T08:00:00.000000Z"},
        {"role": ""},
        {"actor": ""},
        {"authentication": ""},
        {"purpose": ""},
        {"object_hash": "zzz"},
        {"object_hash": ""},
        {"object_hash": "A" * 64},
        {"recipient": ""},
        {"recipient": None},
    ],
)
def test_an_event_that_no_code_of_ours_writes_is_a_fault(change: dict[str, Any]) -> None:
    assert read(WHOLE).count == 1
    with pytest.raises(FaultError, match="event 1 cannot be read"):
        read({**WHOLE, **change})


def test_a_disclosure_to_nobody_is_a_fault_once_events_tell_recipients() -> None:
    refused = {**UNTOLD, "outcome": "refused"}
    assert read(UNTOLD, WHOLE, refused).count == 3
    with pytest.raises(FaultError, match="event 3 discloses something to nobody"):
        read(UNTOLD, WHOLE, UNTOLD)
