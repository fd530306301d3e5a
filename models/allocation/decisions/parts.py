"""Parts of a plan's document, read without holding the rest of it.

A county's plan has 8 MB, and five times that as values.
"""

import json
from collections.abc import Collection
from typing import Any

_DECODER = json.JSONDecoder()


def parts_of(data: bytes, names: Collection[str]) -> dict[str, Any]:
    """Return the members of a document that are named, as far as it has them.

    Args:
        data: The document, a JSON object written without spaces.
        names: The members.

    Raises:
        ValueError: It is not JSON written so.
    """
    text = data.decode()
    found: dict[str, Any] = {}
    at = 1
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        if name in names:
            found[name], at = _DECODER.raw_decode(text, at + 1)
        else:
            at = _past(text, at + 1)
        at += text[at] == ","
    return found


def _past(text: str, at: int) -> int:
    """Return where a value ends; the items of a list are built one after the other, and none is held."""
    if text[at] != "[":
        return _DECODER.raw_decode(text, at)[1]
    at += 1
    while text[at] != "]":
        at = _DECODER.raw_decode(text, at)[1]
        at += text[at] == ","
    return at + 1
