"""Cursors: good for the question that they were given with, and for no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import DataError
from serving.cursors import Paged, is_cursor, page_of


class Things(Paged):
    colour: str | None = None
    limit: int = 2


class Others(Things):
    pass


@given(st.text("abc-:~0", min_size=1), st.text("abc-:0"))
def test_a_place_comes_back_as_it_was_given(place: str, state: str) -> None:
    cursor = Things(colour="red").cursor_at(place, state)
    assert is_cursor(cursor)
    assert Things(colour="red", limit=7, cursor=cursor).begins_at(state) == place


@pytest.mark.parametrize(
    ("query", "state"),
    [
        (Things(), "a"),
        (Things(colour="blue"), "a"),
        (Others(colour="red"), "a"),
        (Things(colour="red"), "b"),
    ],
)
def test_a_cursor_of_another_question_is_refused(query: Things, state: str) -> None:
    cursor = Things(colour="red").cursor_at(3, "a")
    with pytest.raises(DataError):
        query.model_copy(update={"cursor": cursor}).begins_at(state)


@pytest.mark.parametrize("text", ["", "x", "2019-01-01-00000000~5", "1~2", "41", "w_8", "a" * 801, "YQ"])
def test_what_is_no_cursor_is_told(text: str) -> None:
    assert not is_cursor(text)


@pytest.mark.parametrize("place", [0, -1, 2**31, "x", "1_0", "\u0661"])
def test_a_number_that_the_record_cannot_have_is_refused(place: object) -> None:
    with pytest.raises(DataError, match="beyond the end"):
        Things(cursor=Things().cursor_at(place)).number()


def test_pages_of_names_join_although_new_rows_come_before() -> None:
    first, cursor = page_of("dcba", Things(), 2, str)
    second, end = page_of("fedcba", Things(cursor=cursor), 2, str)
    assert ([*first, *second], end) == (list("dcba"), None)
    with pytest.raises(DataError, match="beyond the end"):
        page_of("dc", Things(cursor=cursor), 2, str)
