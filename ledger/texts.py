"""The two ways in which a document becomes JSON: as compact as can be, in UTF-8, in its own order or sorted by key."""

import json

# Made once: `json.dumps` with options makes one at each call.
_AS_IT_IS = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_SORTED = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def compact(document: object) -> bytes:
    """Return a document as JSON, its members in their own order: for answers.

    Raises:
        ValueError: It holds what is no number.
    """
    return _AS_IT_IS.encode(document).encode()


def settled(document: object) -> bytes:
    """Return a document as JSON, its members sorted: for what is known by its hash and may hold floats.

    What is chained is spelled by `ledger.events.canonical_json`, which takes no floats.

    Raises:
        ValueError: It holds what is no number.
    """
    return _SORTED.encode(document).encode()
