"""The contract of incidents: the rules that a row must keep, checked all at once on a whole file."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pandera.pandas as pa
from numpy.typing import NDArray
from pandera.errors import SchemaErrors

from features.feeds.values import NOT_A_COUNT


@dataclass(frozen=True)
class Rule:
    """Why a row is not counted.

    Attributes:
        name: Short name, used in reports.
        field: The canonical column it is about.
        meaning: What is wrong, in words.
        fix: What can be done about it.
    """

    name: str
    field: str
    meaning: str
    fix: str


_FIX_DATE = "correct the dates, or give their format as date_format in the mapping"
_FIX_AREA = "correct the codes, or begin a workspace with a file of areas that holds them"
# In the order in which a row that breaks several is told: the first one that it breaks.
RULES = (
    Rule("ragged-row", "", "the row has more or fewer fields than the header", "correct the row"),
    Rule("nul-byte", "", "the row holds a NUL character", "correct the row"),
    Rule("no-date", "occurred_from", "no date is given", "fill in the date"),
    Rule("bad-date", "occurred_from", "the date cannot be read, is no day, or lies before 1900", _FIX_DATE),
    Rule("wrong-month", "occurred_from", "the month is not the one in the file's name", "rename or correct the file"),
    Rule("future-date", "occurred_from", "the date lies in the future", _FIX_DATE),
    Rule("bad-end-date", "occurred_to", "the end date cannot be read", _FIX_DATE),
    Rule("ends-before-it-begins", "occurred_to", "the end lies before the beginning", "correct the dates"),
    Rule("bad-recorded-date", "recorded_at", "the date of recording cannot be read", _FIX_DATE),
    Rule("recorded-before-occurred", "recorded_at", "recorded before it occurred", "correct the dates"),
    Rule("recorded-in-future", "recorded_at", "the date of recording lies in the future", _FIX_DATE),
    Rule("no-area", "area_code", "no area and no coordinates are given", "fill in the area"),
    Rule("outside-areas", "area_code", "the place is in none of the workspace's areas", _FIX_AREA),
    Rule("no-offence", "offence", "no offence is given", 'fill in the offence, or map "" in [strands]'),
    Rule(
        "offence-not-mapped", "offence", "no strand is mapped to the offence", 'add the offence, or "*", to [strands]'
    ),
    Rule("bad-count", "count", "the count is no whole number up to a million", "correct the count"),
    Rule("bad-revision", "revision", "the revision is neither a number nor a date", "correct the revision"),
)
RULE = {rule.name: rule for rule in RULES}
# Whatever is dated before is a slip of the pen (1019 for 2019), not a record.
_EARLIEST = pd.Timestamp(1900, 1, 1)
# A place may be a day ahead of UTC.
_AHEAD = timedelta(days=1)


@dataclass(frozen=True)
class Contract:
    """What is asked of the rows of one file.

    Attributes:
        received: The day on which the file was received; nothing may lie after it.
        month: The month that every row must be of, where the file's name gives one.
    """

    received: date
    month: date | None = None

    def broken_rules(self, rows: pd.DataFrame) -> NDArray[np.object_]:
        """Return for each row the first rule that it breaks, "" where it keeps all.

        Args:
            rows: Columns as made by `features.feeds.mapped`: `day`, `until`, `recorded` (datetime64[s]), `day_given`,
                `until_given`, `recorded_given`, `area_given`, `area_known`, `offence_given`, `strand_known`,
                `revision_known` (bool), `count` (int32).
        """
        try:
            self._schema(rows).validate(rows, lazy=True)
        except SchemaErrors as errors:
            failed = {error.check.name: ~error.check_output.to_numpy() for error in errors.schema_errors}
            first = np.full(len(rows), "", dtype=object)
            for rule in reversed(RULES):
                if rule.name in failed:
                    first[failed[rule.name]] = rule.name
            return first
        return np.full(len(rows), "", dtype=object)

    def _schema(self, rows: pd.DataFrame) -> pa.DataFrameSchema:
        latest = pd.Timestamp(self.received + _AHEAD)
        day, until, recorded = rows["day"], rows["until"], rows["recorded"]
        checks = {
            "day_given": [("no-date", lambda given: given)],
            "day": [
                ("bad-date", lambda days: days >= _EARLIEST),
                ("future-date", lambda days: days.isna() | (days <= latest)),
                (
                    "wrong-month",
                    lambda days: days.isna() | (self.month is None) | (days == pd.Timestamp(self.month or latest)),
                ),
            ],
            "until_given": [("bad-end-date", lambda given: ~given | until.notna())],
            "until": [("ends-before-it-begins", lambda ends: ends.isna() | day.isna() | (ends >= day))],
            "recorded_given": [("bad-recorded-date", lambda given: ~given | recorded.notna())],
            "recorded": [
                ("recorded-before-occurred", lambda at: at.isna() | day.isna() | (at >= day)),
                ("recorded-in-future", lambda at: at.isna() | (at < latest + _AHEAD)),
            ],
            "area_given": [("no-area", lambda given: given)],
            "area_known": [("outside-areas", lambda known: known | ~rows["area_given"])],
            "offence_given": [("no-offence", lambda given: given | rows["strand_known"])],
            "strand_known": [("offence-not-mapped", lambda known: known | ~rows["offence_given"])],
            "count": [("bad-count", lambda count: count != NOT_A_COUNT)],
            "revision_known": [("bad-revision", lambda known: known)],
        }
        return pa.DataFrameSchema(
            {
                column: pa.Column(
                    nullable=True, checks=[pa.Check(test, name=name, ignore_na=False) for name, test in tests]
                )
                for column, tests in checks.items()
            }
        )
