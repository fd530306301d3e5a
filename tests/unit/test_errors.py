import pytest

from errors import AccessError, AllocationError, DataError, LedgerError, ModelError, ServiceError, StrandcastError


def test_the_sentence_names_place_problem_and_fix() -> None:
    error = DataError("no column 'date'", place="export.csv", fix="map occurred_from to a column it has")
    assert str(error) == "export.csv: no column 'date'; map occurred_from to a column it has."


def test_parts_that_are_unknown_are_left_out() -> None:
    assert str(ModelError("no champion yet")) == "no champion yet."


@pytest.mark.parametrize("kind", [DataError, ModelError, AllocationError, ServiceError, LedgerError, AccessError])
def test_every_error_is_in_one_tree(kind: type[StrandcastError]) -> None:
    with pytest.raises(StrandcastError, match="a problem"):
        raise kind("a problem")
