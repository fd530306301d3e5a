"""The schema of a contract: pandera checks that find every broken rule of every row of a file at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from numpy.typing import NDArray
from pandera.errors import SchemaErrors

from features.feeds.contract import CANONICAL, Column, Contract
from features.feeds.rules import RULE, RULES
from features.feeds.values import NOT_A_COUNT

# Whatever is dated before is a slip of the pen (1019 for 2019), not a record.
_EARLIEST = pd.Timestamp(1900, 1, 1)
# A place may be a day ahead of UTC.
_AHEAD = timedelta(days=1)
# Columns of typed rows that tell of another column: whether it was given, and whether it holds a person's data.
GIVEN = ":given"
CLEAN = ":clean"
_JOIN = ":"

Test = Callable[[Any], Any]
Checks = dict[str, list[tuple[str, Test]]]


@dataclass(frozen=True)
class Broken:
    """What each row breaks.

    Attributes:
        rule: The first rule that the row breaks, "" where it keeps all; object[n].
        field: The column that it is about, by its canonical or own name; object[n].
    """

    rule: NDArray[np.object_]
    field: NDArray[np.object_]


@dataclass(frozen=True)
class Schema:
    """What is asked of the rows of one file.

    Attributes:
        contract: The feed's contract.
        received: The day on which the file was received; nothing may lie after it but what is announced.
        month: The month that every row must be of, where the file's name gives one.
        span: First and last day that every row must lie between, where the file replaces the period in its name.
    """

    contract: Contract
    received: date
    month: date | None = None
    span: tuple[date, date] | None = None

    def broken(self, rows: pd.DataFrame) -> Broken:
        """Return for each row the first rule that it breaks.

        Args:
            rows: Columns as made by `features.feeds.typed`: `day`, `until`, `recorded` (datetime64[s]), `swapped`,
                `area_known`, `strand_known`, `revision_known` (bool), `count` (int32), the code columns and the feed's
                own; for every column NAME of the contract `NAME:given`, and for code columns `NAME:clean` (bool).
        """
        rule = np.full(len(rows), "", dtype=object)
        column = np.full(len(rows), "", dtype=object)
        try:
            self._schema(rows).validate(rows, lazy=True)
        except SchemaErrors as errors:
            failed = {error.check.name: ~error.check_output.to_numpy() for error in errors.schema_errors}
            for name in sorted(failed, key=_precedence, reverse=True):
                which, _, own = name.partition(_JOIN)
                rule[failed[name]] = which
                column[failed[name]] = own or RULE[which].field
        return Broken(rule, column)

    def _schema(self, rows: pd.DataFrame) -> pa.DataFrameSchema:
        checks = self._dates(rows) | self._places_and_strands(rows)
        for name, column in self.contract.columns.items():
            for key, tests in _own_checks(name, column, rows).items():
                checks.setdefault(key, []).extend(tests)
        return pa.DataFrameSchema(
            {
                column: pa.Column(
                    nullable=True, checks=[pa.Check(test, name=name, ignore_na=False) for name, test in tests]
                )
                for column, tests in checks.items()
            }
        )

    def _dates(self, rows: pd.DataFrame) -> Checks:
        latest = pd.Timestamp(self.received + _AHEAD)
        day, until = rows["day"], rows["until"]
        # A calendar of events is of days to come.
        last = pd.Timestamp.max if self.contract.use == "context" else latest
        month = pd.Timestamp(self.month or latest)
        begin, end = (pd.Timestamp(day) for day in self.span or (self.received, self.received))
        return {
            f"occurred_from{GIVEN}": [("no-date", lambda given: given)],
            "day": [
                ("bad-date", lambda days: days >= _EARLIEST),
                ("future-date", lambda days: days.isna() | (days <= last)),
                ("wrong-month", lambda days: days.isna() | (self.month is None) | (days == month)),
                ("outside-file-period", lambda days: days.isna() | (self.span is None) | days.between(begin, end)),
            ],
            f"occurred_to{GIVEN}": [("bad-end-date", lambda given: ~given | until.notna())],
            "until": [("ends-before-it-begins", lambda ends: ends.isna() | day.isna() | (ends >= day))],
            f"recorded_at{GIVEN}": [("bad-recorded-date", lambda given: ~given | rows["recorded"].notna())],
            "recorded": [
                ("recorded-before-occurred", lambda at: at.isna() | day.isna() | (at >= day)),
                ("recorded-in-future", lambda at: at.isna() | (at < latest + _AHEAD)),
            ],
        }

    @staticmethod
    def _places_and_strands(rows: pd.DataFrame) -> Checks:
        offence_given = rows[f"offence{GIVEN}"]
        return {
            f"area_code{GIVEN}": [("no-area", lambda given: given)],
            "swapped": [("swapped-coordinates", lambda swapped: ~swapped)],
            "area_known": [("outside-areas", lambda known: known | ~rows[f"area_code{GIVEN}"])],
            f"offence{GIVEN}": [("no-offence", lambda given: given | rows["strand_known"])],
            "strand_known": [("offence-not-mapped", lambda known: known | ~offence_given)],
            "count": [("bad-count", lambda count: count != NOT_A_COUNT)],
            "revision_known": [("bad-revision", lambda known: known)],
        }


def _own_checks(name: str, column: Column, rows: pd.DataFrame) -> Checks:
    """Return the checks that a contract's own words ask for, the rule's name joined with the column's."""
    given = rows[f"{name}{GIVEN}"]
    checks: Checks = {}

    def add(key: str, rule: str, test: Test) -> None:
        checks.setdefault(key, []).append((f"{rule}{_JOIN}{name}", test))

    if column.required:
        add(f"{name}{GIVEN}", "missing-value", lambda filled: filled)
    if f"{name}{CLEAN}" in rows:
        add(f"{name}{CLEAN}", "personal-value", lambda clean: clean)
    if column.allowed and name in rows:
        allowed = {value.casefold() for value in column.allowed}
        add(name, "not-allowed", lambda values: ~given | _any_case(values, allowed))
    if name in CANONICAL:  # what a date, place or count must be, the rules of all feeds say
        return checks
    if column.type != "code":
        add(name, "bad-value", lambda values: values.notna() | ~given)
    if column.minimum is not None or column.maximum is not None:
        low = -np.inf if column.minimum is None else column.minimum
        high = np.inf if column.maximum is None else column.maximum
        add(name, "out-of-range", lambda values: values.isna() | values.between(low, high))
    return checks


def _any_case(values: pd.Series, allowed: set[str]) -> pd.Series:
    """Return which values of a categorical column are among the allowed, but for case."""
    good = np.array([text.casefold() in allowed for text in values.cat.categories] + [False])
    return pd.Series(good[values.cat.codes.to_numpy()], index=values.index)


def _precedence(check: str) -> int:
    rule = check.partition(_JOIN)[0]
    return next(index for index, item in enumerate(RULES) if item.name == rule)
