"""The rules that a row must keep: their names, what is wrong with a row that breaks one, and the fix."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """Why a row is not counted.

    Attributes:
        name: Short name, used in reports.
        field: The canonical column it is about; "" where each row tells its own.
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
    Rule(
        "outside-file-period",
        "occurred_from",
        "the date is not of the period in the file's name, and the file replaces that period alone",
        "deliver it with its own period, or have the contract append",
    ),
    Rule("future-date", "occurred_from", "the date lies in the future", _FIX_DATE),
    Rule("bad-end-date", "occurred_to", "the end date cannot be read", _FIX_DATE),
    Rule("ends-before-it-begins", "occurred_to", "the end lies before the beginning", "correct the dates"),
    Rule("bad-recorded-date", "recorded_at", "the date of recording cannot be read", _FIX_DATE),
    Rule("recorded-before-occurred", "recorded_at", "recorded before it occurred", "correct the dates"),
    Rule("recorded-in-future", "recorded_at", "the date of recording lies in the future", _FIX_DATE),
    Rule("no-area", "area_code", "no area and no coordinates are given", "fill in the area"),
    Rule(
        "swapped-coordinates", "longitude", "longitude and latitude are swapped", "swap the two columns in the mapping"
    ),
    Rule("outside-areas", "area_code", "the place is in none of the workspace's areas", _FIX_AREA),
    Rule("no-offence", "offence", "no offence is given", 'fill in the offence, or map "" in [strands]'),
    Rule(
        "offence-not-mapped", "offence", "no strand is mapped to the offence", 'add the offence, or "*", to [strands]'
    ),
    Rule("bad-count", "count", "the count is no whole number up to a million", "correct the count"),
    Rule("missing-value", "", "a value that the contract requires is blank", "fill it in"),
    Rule("not-allowed", "", "the value is not in the contract's code list", "correct it, or add it to allowed"),
    Rule("bad-value", "", "the value is not of the type that the contract says", "correct it"),
    Rule("out-of-range", "", "the number lies outside the contract's limits", "correct it"),
    Rule("personal-value", "", "the value holds what identifies a person", "have the partner leave it out"),
    Rule("bad-revision", "revision", "the revision is neither a number nor a date", "correct the revision"),
)
RULE = {rule.name: rule for rule in RULES}
