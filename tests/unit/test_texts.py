"""The two spellings of JSON."""

import pytest

from ledger.texts import compact, settled


def test_a_document_is_spelled_in_its_own_order_or_sorted() -> None:
    document = {"b": [1.5, "é"], "a": {"d": None, "c": True}}
    assert compact(document).decode() == '{"b":[1.5,"é"],"a":{"d":null,"c":true}}'
    assert settled(document).decode() == '{"a":{"c":true,"d":null},"b":[1.5,"é"]}'


def test_what_is_no_number_is_refused() -> None:
    for spell in (compact, settled):
        with pytest.raises(ValueError, match="not JSON compliant"):
            spell([float("nan")])
