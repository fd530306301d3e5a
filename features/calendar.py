"""The calendar of a place: bank holidays and school terms by period."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import holidays
import numpy as np
from numpy.typing import NDArray

from errors import DataError
from features import periods
from features.periods import PeriodKind


@dataclass(frozen=True)
class Calendar:
    """What is known of days in advance.

    Attributes:
        region: Country, or country and subdivision, as the `holidays` package names them: "GB-ENG", "CA-ON"; empty for
            none.
        terms: School terms as (first day, last day), both included.
    """

    region: str = ""
    terms: tuple[tuple[date, date], ...] = ()

    @classmethod
    def load(cls, region: str, terms_file: Path | None) -> "Calendar":
        """Read a calendar.

        Args:
            region: As the attribute.
            terms_file: CSV with columns first_day and last_day (ISO dates), or None.

        Raises:
            DataError: The region is not known, or the file cannot be read.
        """
        if region:
            _holidays(region, 2020, 2020)
        return cls(region, _terms(terms_file) if terms_file else ())

    def closed(self, first: np.datetime64, after: np.datetime64) -> periods.Days:
        """Return the bank holidays from `first` to before `after`, datetime64[D]; none without a region."""
        if not self.region:
            return np.empty(0, dtype="datetime64[D]")
        years = (int(str(first)[:4]), int(str(after)[:4]))
        days = np.array(sorted(_holidays(self.region, *years)), dtype="datetime64[D]")
        return days[(days >= first) & (days < after)]

    def features(self, ordinals: NDArray[np.int64], kind: PeriodKind) -> NDArray[np.float64]:
        """Return [sine of year, cosine of year, bank holidays, share of days in term, days] for each period.

        Bank holidays are 0 without a region and school is NaN without terms.
        """
        first, after = periods.starts(ordinals, kind), periods.starts(ordinals + 1, kind)
        closed = self.closed(first.min(), after.max() + 1)
        days = (after - first).astype(np.float64)
        middle = first + ((after - first) // 2)
        year = middle.astype("datetime64[Y]")
        angle = 2 * np.pi * (middle - year.astype("datetime64[D]")).astype(np.float64) / 365.25
        bank = np.array([np.sum((closed >= a) & (closed < b)) for a, b in zip(first, after, strict=True)], dtype=float)
        school = np.full(len(first), np.nan)
        if self.terms:
            school = np.zeros(len(first))
            for term_first, term_last in self.terms:
                begin = np.maximum(first, np.datetime64(term_first))
                end = np.minimum(after, np.datetime64(term_last + timedelta(days=1)))
                school += np.maximum((end - begin).astype(np.float64), 0.0)
            school /= days
        return np.column_stack([np.sin(angle), np.cos(angle), bank, school, days])


def _holidays(region: str, first_year: int, last_year: int) -> list[date]:
    country, _, subdivision = region.partition("-")
    try:
        return list(
            holidays.country_holidays(country, subdiv=subdivision or None, years=range(first_year, last_year + 1))
        )
    except NotImplementedError:
        raise DataError(
            f"'{region}' is not a region that the holidays package knows",
            place="holidays",
            fix="use a code such as GB-ENG, CA-ON or US-IL, or leave it empty",
        ) from None


def _terms(path: Path) -> tuple[tuple[date, date], ...]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            lines = list(csv.DictReader(handle))
            rows = [(date.fromisoformat(line["first_day"]), date.fromisoformat(line["last_day"])) for line in lines]
    except FileNotFoundError:
        raise DataError("is not there", place=str(path), fix="correct school_terms in strandcast.toml") from None
    except (KeyError, TypeError, ValueError):
        raise DataError(
            "is not a list of school terms", place=str(path), fix="give a CSV with ISO dates in first_day and last_day"
        ) from None
    for number, (first, last) in enumerate(rows, start=2):
        if last < first:
            raise DataError("the term ends before it begins", place=f"{path}, line {number}", fix="swap the two dates")
    return tuple(rows)
