from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from features.incidents.coverage import Covered, covered_by, joined, known_by, missing_runs

Days = NDArray[np.datetime64]


def days(first: str, last: str, a_day: int = 20) -> Days:
    return np.repeat(np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1), a_day)


def spans(found: Days, **declared: str) -> list[tuple[str, str]]:
    ends = tuple(date.fromisoformat(declared[key]) if key in declared else None for key in ("first", "last"))
    return [(str(run.first), str(run.last)) for run in covered_by(found, "day", (ends[0], ends[1]))]


FULL = days("2018-01-10", "2019-12-30")


def test_a_dense_file_covers_its_first_to_its_last_day() -> None:
    assert spans(FULL) == [("2018-01-10", "2019-12-30")]


def test_wild_dates_and_late_reports_from_before_the_export_cover_nothing() -> None:
    wild = np.array(["1914-06-28", "1970-01-01"], "datetime64[D]")
    late = np.arange(np.datetime64("2015-01-03"), np.datetime64("2018-01-10"), 30)
    assert spans(np.concatenate([FULL, wild, late])) == [("2018-01-10", "2019-12-30")]


def test_an_outage_of_a_week_is_a_gap_and_quiet_weekends_are_not() -> None:
    down = (np.datetime64("2018-06-01") <= FULL) & (np.datetime64("2018-06-09") > FULL)
    assert spans(FULL[~down]) == [("2018-01-10", "2018-05-31"), ("2018-06-09", "2019-12-30")]
    assert len(spans(FULL[np.is_busday(FULL)])) == 1


def test_a_sparse_file_has_no_outages() -> None:
    sparse = np.arange(np.datetime64("2018-01-01"), np.datetime64("2018-12-31"), 13)
    assert spans(sparse) == [("2018-01-01", str(sparse[-1]))]


def test_a_declaration_wins() -> None:
    assert spans(FULL, first="2018-01-01", last="2019-12-31") == [("2018-01-01", "2019-12-31")]


def test_a_monthly_file_covers_the_months_it_holds() -> None:
    months = np.repeat(np.array(["2014-01", "2014-02", "2014-04", "1970-01"], "datetime64[M]"), [900, 1000, 950, 1])
    runs = covered_by(months.astype("datetime64[D]"), "month")
    assert [(str(run.first), str(run.last), run.rows) for run in runs] == [
        ("2014-01-01", "2014-02-28", 1900),
        ("2014-04-01", "2014-04-30", 950),
    ]


def run(first: str, last: str, rows: int = 100) -> Covered:
    return Covered(date.fromisoformat(first), date.fromisoformat(last), rows)


@pytest.mark.parametrize(
    ("runs", "number"),
    [
        ([run("2014-01-01", "2014-01-31"), run("2014-02-01", "2014-02-28")], 1),
        ([run("2014-01-01", "2014-02-10"), run("2014-02-01", "2014-02-28")], 1),
        ([run("2014-01-01", "2014-01-31"), run("2014-03-01", "2014-03-31")], 2),
        ([run("2014-01-01", "2014-01-30", 20), run("2014-02-02", "2014-02-28", 20)], 1),
        ([run("2014-01-01", "2014-01-30", 9000), run("2014-02-02", "2014-02-28", 9000)], 2),
    ],
    ids=["touch", "overlap", "month missing", "quiet days between files", "busy days missing"],
)
def test_files_are_joined_unless_days_are_missing_between_them(runs: list[Covered], number: int) -> None:
    assert len(joined(runs, "day")) == number


def test_only_what_had_ended_is_covered_on_a_day() -> None:
    held = ((date(2014, 1, 1), date(2014, 3, 31)),)
    assert known_by(held, date(2014, 3, 1), 0, "day") == ((date(2014, 1, 1), date(2014, 2, 28)),)
    assert known_by(held, date(2014, 3, 1), 0, "month") == ((date(2014, 1, 1), date(2014, 2, 28)),)
    assert known_by(held, date(2014, 3, 1), 1, "month") == ((date(2014, 1, 1), date(2014, 1, 31)),)
    assert known_by(held, date(2014, 1, 1), 0, "day") == ()


def test_missing_months_are_listed_in_runs() -> None:
    held = (
        (date(2013, 12, 1), date(2014, 1, 31)),
        (date(2014, 4, 1), date(2014, 5, 9)),
        (date(2014, 5, 20), date(2014, 5, 31)),
    )
    assert missing_runs(held) == (("2014-02", "2014-03"),)
