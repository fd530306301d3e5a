"""Texts made by the million say the same as texts made one by one."""

from datetime import UTC, datetime, timedelta

import numpy as np

from experiments.twin.texts import chosen, clock, days, flags, hashed, local, moments, numbered

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def minutes(text: str) -> int:
    return int((datetime.fromisoformat(text).replace(tzinfo=UTC) - EPOCH) / timedelta(minutes=1))


def test_moments_days_and_clocks() -> None:
    values = np.random.default_rng(1).integers(minutes("2016-01-04"), minutes("2018-12-31"), 500)
    times = [EPOCH + timedelta(minutes=int(value)) for value in values]
    assert moments(values).to_pylist() == [f"{time:%Y-%m-%d %H:%M}" for time in times]
    assert days(values // 1440, "%d/%m/%Y").to_pylist() == [f"{time:%d/%m/%Y}" for time in times]
    assert clock(values).to_pylist() == [f"{time:%H:%M}" for time in times]


def test_no_rows_make_no_texts() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    assert [len(texts) for texts in (moments(nothing), days(nothing), numbered("A", nothing, 3))] == [0, 0, 0]


def test_identifiers() -> None:
    assert numbered("SYN-", np.array([7, 12345]), 5).to_pylist() == ["SYN-00007", "SYN-12345"]
    made = hashed("SYN", np.arange(20_000), 5).to_pylist()
    assert len(set(made)) == 20_000
    assert all(len(one) == 19 and one.startswith("SYN") for one in made)
    assert made != sorted(made)


def test_words_and_flags() -> None:
    assert chosen(("a", "b"), np.array([1, -1, 0])).to_pylist() == ["b", None, "a"]
    assert flags(np.array([True, False])).to_pylist() == ["Y", "N"]


def test_local_times_exist_once() -> None:
    given = ["2018-03-25 01:10", "2018-10-28 01:59", "2018-03-25 02:10", "2018-03-18 01:10", "2018-10-27 01:10"]
    made = local(np.array([minutes(text) for text in given]))
    expected = ["2018-03-25 02:10", "2018-10-28 02:59", "2018-03-25 02:10", "2018-03-18 01:10", "2018-10-27 01:10"]
    assert moments(made).to_pylist() == expected
