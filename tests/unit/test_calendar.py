from datetime import date
from pathlib import Path

import numpy as np
import pytest

from errors import DataError
from features import periods
from features.calendar import Calendar


def test_bank_holidays_and_days_of_a_month() -> None:
    months = np.array([periods.ordinal(date(2020, 12, 5), "month"), periods.ordinal(date(2021, 2, 5), "month")])
    features = Calendar.load("GB-ENG", None).features(months, "month")
    assert features[:, 2].tolist() == [3.0, 0.0]  # Christmas, Boxing Day and its substitute; none in February
    assert features[:, 4].tolist() == [31.0, 28.0]
    assert np.isnan(features[:, 3]).all()


def test_the_share_of_a_week_in_term(tmp_path: Path) -> None:
    terms = tmp_path / "terms.csv"
    terms.write_text("first_day,last_day\n2021-01-06,2021-02-12\n")
    weeks = np.array([periods.ordinal(date(2021, 1, 4), "week"), periods.ordinal(date(2021, 2, 15), "week")])
    assert Calendar.load("", terms).features(weeks, "week")[:, 3].tolist() == pytest.approx([5 / 7, 0.0])


def test_an_unknown_region_and_a_bad_terms_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a region"):
        Calendar.load("XX", None)
    for content in ("a,b\n1,2\n", "first_day,last_day\n2021-02-30,2021-03-01\n"):
        (tmp_path / "t.csv").write_text(content)
        with pytest.raises(DataError, match="not a list of school terms"):
            Calendar.load("", tmp_path / "t.csv")
    (tmp_path / "t.csv").write_text("first_day,last_day\n2021-03-01,2021-02-01\n")
    with pytest.raises(DataError, match="line 2: the term ends before"):
        Calendar.load("", tmp_path / "t.csv")
