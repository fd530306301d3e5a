import numpy as np
import pytest

from errors import DataError
from features.feeds.dates import read_dates


def days(
    values: list[str], *, by_month: bool = False, date_format: str | None = None, zone: str | None = None
) -> list[str]:
    read = read_dates({"when": values}, "f.csv", date_format=date_format, timezone=zone, by_month=by_month)["when"]
    return [str(stamp) for stamp in read.stamps.astype("datetime64[D]")]


@pytest.mark.parametrize(
    "text",
    [
        "2019-12-31",
        "2019/12/31",
        "2019-12-31 23:59:59",
        "2019-12-31T23:59:59.123Z",
        "2019-12-31T23:59:59+02:00",
        "20191231",
        "31/12/2019",
        "31.12.2019 08:15",
        "12/31/2019",
        "12/31/2019 12:00:00 AM",
        "12/31/19",
        "31 Dec 2019",
        "31-DEC-19",
        "31DEC2019:13:00:00",
        "Dec 31, 2019",
        "Tuesday, December 31, 2019",
        "1577750400000",
        "1577750400",
    ],
)
def test_the_common_ways_to_write_a_day_are_read(text: str) -> None:
    assert days([text]) == ["2019-12-31"]


@pytest.mark.parametrize("text", ["2014-01", "01/2014", "Jan 2014", "January 2014", "Jan-14", "201401", "2014-01-01"])
def test_the_common_ways_to_write_a_month_are_read(text: str) -> None:
    assert days([text], by_month=True) == ["2014-01-01"]


@pytest.mark.parametrize(
    "text", ["", "junk", "2014-02-30", "2019-02-29", "0000-00-00", "2014-13-01", "9" * 400, "1e999"]
)
def test_what_is_no_day_is_not_guessed(text: str) -> None:
    assert days([text, "2014-01-31"]) == ["NaT", "2014-01-31"]


def test_a_leap_day_is_a_day() -> None:
    assert days(["29/02/2016"]) == ["2016-02-29"]


def test_a_month_is_not_a_day() -> None:
    assert days(["2014-01"]) == ["NaT"]


def test_one_value_settles_the_order_for_the_whole_file() -> None:
    assert days(["01/02/2014", "13/02/2014"]) == ["2014-02-01", "2014-02-13"]
    assert days(["01/02/2014", "02/13/2014"]) == ["2014-01-02", "2014-02-13"]


def test_another_column_of_the_file_settles_the_order() -> None:
    columns = {"when": ["01/02/2014"], "recorded": ["25/02/2014"]}
    read = read_dates(columns, "f.csv", date_format=None, timezone=None, by_month=False)
    assert str(read["when"].stamps[0])[:10] == "2014-02-01"


def test_first_days_of_months_settle_the_order_of_a_monthly_file() -> None:
    assert days(["01/01/2014", "01/02/2014"], by_month=True) == ["2014-01-01", "2014-02-01"]


def test_an_order_that_nothing_settles_is_refused_with_the_fix() -> None:
    with pytest.raises(DataError, match=r"day-first or month-first.*date_format"):
        days(["01/02/2014", "03/04/2014"])


def test_a_mixture_of_orders_is_refused() -> None:
    with pytest.raises(DataError, match="mix"):
        days(["13/02/2014", "02/13/2014"])


def test_a_declared_format_settles_the_order_with_and_without_time() -> None:
    assert days(["01/02/2014", "03/02/2014 10:00"], date_format="%d/%m/%Y") == ["2014-02-01", "2014-02-03"]
    assert days(["01/02/2014"], date_format="%m/%d/%Y") == ["2014-01-02"]


def test_instants_are_turned_to_the_declared_zone_across_daylight_saving() -> None:
    assert days(["2014-03-29T23:30:00Z", "2014-03-30T22:30:00Z"], zone="Europe/London") == ["2014-03-29", "2014-03-30"]
    assert days(["2014-01-01T04:59:00Z"], zone="America/Toronto") == ["2013-12-31"]


def test_times_are_told_from_midnights() -> None:
    def has_times(text: str) -> bool:
        return read_dates({"a": [text]}, "f", date_format=None, timezone=None, by_month=False)["a"].has_times

    assert has_times("12/31/2019 12:01:00 AM")
    assert not has_times("12/31/2019 12:00:00 AM")


def test_many_plain_values_are_read_as_numpy_reads_them() -> None:
    stamps = np.arange(np.datetime64("1999-12-30T21:00:00"), np.datetime64("2000-03-02T00:00:00"), 3601)
    read = read_dates({"a": [str(s) for s in stamps]}, "f", date_format=None, timezone=None, by_month=False)["a"]
    np.testing.assert_array_equal(read.stamps, stamps)
