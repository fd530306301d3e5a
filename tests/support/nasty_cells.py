"""Nasty cells: dates that are none, numbers beyond all bounds, formulas, keys that a spreadsheet has spoilt."""

from collections.abc import Iterator
from itertools import chain

from tests.support.exports import police_row
from tests.support.nasty import GOOD, STREET, STREET_NAME, Nasty, export, refused, street_table, table, with_cell

# Value -> the rule that it breaks, "" where it is a good date.
_DATES = {
    "2023-02-29": "bad-date",
    "2024-02-29": "",
    "1900-02-29": "bad-date",
    "2024-02-30": "bad-date",
    "2024-04-31": "bad-date",
    "2024-13-01": "bad-date",
    "2024-00-10": "bad-date",
    "2024-01-00": "bad-date",
    "0000-00-00": "bad-date",
    "0000-01-01": "bad-date",
    "0001-01-01": "bad-date",
    "1019-01-05": "bad-date",
    "1899-12-31": "bad-date",
    "9999-12-31": "future-date",
    "99999-01-01": "bad-date",
    "-2024-01-05": "bad-date",
    "2024-1-5": "",
    "24-01-05": "",
    "45296": "bad-date",
    "45296.75": "bad-date",
    "4.5296E+04": "bad-date",
    "1704412800": "",
    "1704412800000": "",
    "9999999999": "future-date",
    "99999999999999999999": "bad-date",
    "1e999": "bad-date",
    "NaN": "no-date",
    "Infinity": "bad-date",
    "-inf": "bad-date",
    "null": "no-date",
    "today": "bad-date",
    "2024-W01-5": "bad-date",
    "2024-005": "bad-date",
    "2024-Q1": "bad-date",
    "2024-03-31 01:30": "",
    "2023-10-29 01:30": "",
    "2024-01-05 24:00": "",
    "2024-01-05 25:00": "bad-date",
    "2024-01-05 12:60": "bad-date",
    "2024-01-05 23:59:60": "",
    "2024-01-05 23:59:99": "bad-date",
    "2024-01-05T10:00:00.123456789Z": "",
    "2024-01-05T10:00:00+99:99": "bad-date",
    "2024-01-05T10:00:00-00:00": "",
    "2024-01-05/2024-01-06": "bad-date",
    "2024-01-05, 2024-01-06": "bad-date",
    "'2024-01-05": "bad-date",
    '="2024-01-05"': "bad-date",
    "\u00a02024-01-05\u00a0": "",
    "2024\u201101\u201105": "bad-date",
    "\u0662\u0660\u0662\u0664-\u0660\u0661-\u0660\u0665": "bad-date",
    "\uff12\uff10\uff12\uff14-01-05": "bad-date",
    "5 janv. 2024": "",
    "5 juin 2024": "bad-date",
    "5 Jan 2024": "",
    "January 5, 2024": "",
    "Fri, 5 Jan 2024 10:00 pm": "",
    "2024-01": "bad-date",
    "=cmd|' /C calc'!A0": "bad-date",
    "1" * 100_000: "bad-date",
    "\u202e2024-01-05": "bad-date",
}
_COUNTS = {
    "0": "",
    "-0": "",
    "-0.0": "",
    "+5": "",
    "1.0": "",
    "1e3": "",
    "1,000": "",
    "1000000": "",
    "1000001": "bad-count",
    "-1000001": "bad-count",
    "1.5": "bad-count",
    "1,5": "bad-count",
    "1.000,0": "bad-count",
    "1,00": "bad-count",
    "1 000": "bad-count",
    "1_000": "bad-count",
    "1e999": "bad-count",
    "-1e999": "bad-count",
    "1e-400": "",
    "NaN": "bad-count",
    "nan(1)": "bad-count",
    "Infinity": "bad-count",
    "-inf": "bad-count",
    "0x10": "bad-count",
    "TRUE": "bad-count",
    "\u00bd": "bad-count",
    "\u00a33": "bad-count",
    "--1": "bad-count",
    "9" * 5000: "bad-count",
    "1" + "0" * 5000 + "e-5000": "",
    "": "bad-count",
    "=1+1": "bad-count",
    "2147483648": "bad-count",
    "-2147483648": "bad-count",
    "18446744073709551617": "bad-count",
}
_TEXTS = {
    "a command": "=cmd|' /C calc'!A0",
    "a link": '=HYPERLINK("http://example.org/?"&A1,"x")',
    "a sum": "@SUM(1+1)*cmd|' /C calc'!A0",
    "plus": "+1+1",
    "minus": "-1+1",
    "tab and formula": "\t=1+1",
    "markup": "<script>alert(1)</script>",
    "a statement": "'; DROP TABLE artefacts; --",
    "a format": "%s%n{0}${jndi:ldap://x}",
    "a path": "../../../../etc/passwd",
    "a long word": "w" * 100_000,
    "wide letters": "\uff22\uff35\uff32\uff27",
    "a star": "*",
}
_KEYS = {
    "scientific notation": "4.2E+05",
    "a megabyte": "k" * 1_000_000,
    "emoji": "🚓",
    "a half of a pair": "\ufffd",
    "a date": "05-Jan",
    "nothing that is written": "None",
    "a NUL for text": "\\0",
}


def nasty_cells() -> list[Nasty]:
    """Return them all."""
    return list(chain(_dates(), _orders(), _numbers(), _words(), _points(), _street()))


def _dates() -> Iterator[Nasty]:
    for value, rule in _DATES.items():
        yield export(f"date {value[:30]!a}", with_cell("when", value), 4, rules={rule: 1} if rule else {})
    for value in ("2024-03-31 01:30", "2023-10-29 01:30", "2024-01-05T10:00:00+99:99", "0001-01-01T00:00:00+14:00"):
        rules = {} if value.startswith("202") and "99" not in value else {"bad-date": 1}
        keys = {"timezone": "Europe/London"}
        yield export(f"date {value} in London", with_cell("when", value), 4, rules=rules, keys=keys)
    yield export(
        "dates of a format, one of another", with_cell("when", "01/08/2024"), 4, keys={"date_format": "%Y-%m-%d"}
    )
    ends = table(
        [f"{row},{end}" for row, end in zip(GOOD, ("2023-02-29", "2024-01-06", ""), strict=True)], "when,where,what,to"
    )
    yield export("an end in no February", ends, rules={"bad-end-date": 1}, columns={"occurred_to": "to"})


def _orders() -> Iterator[Nasty]:
    first = [f"{day:02d}/{month:02d}/2023,A,x" for day, month in ((13, 1), (25, 2), (30, 3))]
    second = [f"{month:02d}/{day:02d}/2023,A,x" for day, month in ((13, 1), (25, 2), (30, 3))]
    yield export("days first", table(first))
    yield export("months first", table(second))
    yield refused("both orders", table(first + second), "mix day-first and month-first")
    yield refused(
        "an order that nothing settles", table(["05/01/2024,A,x", "06/02/2024,A,x"]), "day-first or month-first"
    )
    yield refused("months for days", table(["2024-01,A,x", "2024-02,A,x", "2024-03,A,x"]), "set period")
    yield export("a month among days", table([*GOOD, "2024-02,A,x"]), 4, rules={"bad-date": 1})
    yield export("days for months", table(), keys={"period": "month"})
    yield refused(
        "only serial numbers of a spreadsheet", table([f"{45296 + n},A,x" for n in range(9)]), "cannot be read"
    )


def _numbers() -> Iterator[Nasty]:
    for value, rule in _COUNTS.items():
        rules = {rule: 1} if rule else {}
        yield export(f"count {value[:30]!a}", with_cell("n", value), 4, rules=rules, columns={"count": "n"})
    for value in ("1e999", "NaN", "2024-13-01", "v2"):
        about = {"columns": {"incident_id": "id", "revision": "n"}}
        rules = {"bad-revision": 1} if value != "NaN" else {}
        yield export(f"revision {value}", with_cell("n", value), 4, rules=rules, **about)


def _words() -> Iterator[Nasty]:
    for name, value in _TEXTS.items():
        for column in ("what", "where"):
            yield export(f"{name} in {column}", with_cell(column, value), 4)
    for name, value in _KEYS.items():
        yield export(f"key: {name}", with_cell("id", value), 4, columns={"incident_id": "id"})
    spoilt = [f"{row},4.2E+05" for row in (*GOOD, GOOD[0])]
    yield export(
        "keys that a spreadsheet rounded",
        table(spoilt, "when,where,what,id"),
        4,
        rules={"same-incident": 1},
        columns={"incident_id": "id"},
    )
    for value in ("", " ", "N/A", "null", "-", "#REF!"):
        rules = {} if value in ("-", "#REF!") else {"no-area": 1}
        yield export(f"area {value!r}", with_cell("where", value), 4, rules=rules)


def _points() -> Iterator[Nasty]:
    """Points in a workspace whose one area is the square from 0 to 2 degrees east and 51 to 53 north."""
    points = {
        "51.5,0.5": "swapped-coordinates",
        "52.9,1.9": "swapped-coordinates",
        "0.5,51.5": "",
        "0,0": "no-area",
        "999,51.5": "no-area",
        "1e999,51.5": "no-area",
        "NaN,NaN": "no-area",
        ",": "no-area",
        '"0,5","51,5"': "no-area",
        "0.5E,51.5N": "no-area",
        "-0.5,51.5": "outside-areas",
        "530000,180000": "no-area",
        "-0.0,51.5": "",
        "5e-1,5.15e1": "",
    }
    columns = {"area_code": None, "longitude": "lon", "latitude": "lat"}
    for point, rule in points.items():
        rows = [f"{row},1,52" for row in GOOD]
        text = table([*rows, f"2024-01-08,,x,{point}"], "when,where,what,lon,lat")
        rules = {rule: 1} if rule else {}
        yield export(f"point {point}", text, 4, rules=rules, columns=columns)


def _street() -> Iterator[Nasty]:
    months = {
        "2024-02": "wrong-month",
        "2024-13": "bad-date",
        "2024-1": "",
        "2024-01-15": "",
        "Jan-24": "",
        "": "no-date",
    }
    for month, rule in months.items():
        text = street_table([*STREET, police_row(month=month)])
        rules = {rule: 1} if rule else {}
        yield Nasty(f"month {month!r}, street", STREET_NAME, text.encode(), 4, rules, street=True)
    for file, words in {
        "2024-13-essex-street.csv": "does not exist",
        "2999-01-essex-street.csv": "in the future",
        "0000-00-essex-street.csv": "does not exist",
        "2024-01-essex-outcomes.csv": "no street-level file",
    }.items():
        yield Nasty(f"named {file}", file, street_table().encode(), None, refusal=words, street=True)
    swapped = street_table([row.replace("0.5,51.5", "51.5,0.5") for row in STREET]).encode()
    yield Nasty("swapped coordinates beside codes, street", STREET_NAME, swapped, 3, street=True)
