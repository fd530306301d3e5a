"""What an auditor searches the record by: fields of a form, and the question of the API that they make."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from pydantic import Field

from serving.record.schemas import Chosen, EventQuery, SampleQuery
from serving.schemas import Closed

# What an operation is, as somebody says it who has not read the statute.
OPERATIONS = {
    "collection": "Data came in",
    "alteration": "Data were changed",
    "consultation": "Somebody looked",
    "disclosure": "Something was given away",
    "combination": "Something was made of data",
    "erasure": "Something was erased",
    "decision": "Somebody decided",
    "model": "A model was made or chosen",
    "admin": "Keys, sign-ins, jobs",
}
OUTCOMES = {"ok": "Done", "refused": "Refused", "failed": "Failed"}
SEARCHED, DRAWN = "/v1/audit", "/v1/samples"
# As many as are read without losing one's place.
_ROWS = 50

Faults = list[tuple[str, str]]


class Fields(Closed):
    """The fields by which events are chosen, as they are typed; a blank one leaves all."""

    actor: str = Field("", max_length=500)
    operation: str = Field("", max_length=40)
    object: str = Field("", max_length=500)
    kind: str = Field("", max_length=100)
    outcome: str = Field("", max_length=20)
    since: str = Field("", max_length=40)
    until: str = Field("", max_length=40)


class SearchFields(Fields):
    """The form that searches."""

    mentions: str = Field("", max_length=500)
    cursor: str = Field("", max_length=800)


class SampleFields(Fields):
    """The form that draws."""

    seed: str = Field("", max_length=200)
    size: str = Field("20", max_length=10)
    record_size: str = Field("", max_length=12)


def searched(fields: SearchFields) -> tuple[EventQuery | None, Faults]:
    """Return the question that a form makes, or what is wrong with it: the id of a field and a sentence each."""
    values, faults = _typed(fields)
    return (None, faults) if faults else (EventQuery(**values, limit=_ROWS), [])


def drawn_of(fields: SampleFields) -> tuple[SampleQuery | None, Faults]:
    """Return the question that a form makes, or what is wrong with it: the id of a field and a sentence each."""
    values, faults = _typed(fields)
    for name, most, called in (("size", 500, "how many events"), ("record_size", 10**9, "the length of the record")):
        text = values.pop(name, "").replace(",", "")
        if text and not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
            faults.append((name, f"Enter {called} as a number from 1 to {most:,}."))
        elif text:
            values[name] = int(text)
    return (None, faults) if faults else (SampleQuery(**values), [])


def address_of(path: str, query: Chosen) -> str:
    """Return the address under which the API answers a question."""
    asked = query.model_dump(mode="json", exclude_none=True)
    return f"{path}?{urlencode(asked)}" if asked else path


def page_address(path: str, fields: Fields, **other: str) -> str:
    """Return the address of a page with the same fields but for some."""
    told = {**fields.model_dump(), **other}
    return f"{path}?{urlencode({name: value for name, value in told.items() if value})}"


def _typed(fields: Fields) -> tuple[dict[str, Any], Faults]:
    """Return the fields that are not blank, days as instants, and what is wrong with them."""
    values: dict[str, Any] = {name: text.strip() for name, text in fields.model_dump().items() if text.strip()}
    faults: Faults = [
        (name, "Take out the character that no text has.") for name, text in values.items() if "\x00" in text
    ]
    for name, known in (("operation", OPERATIONS), ("outcome", OUTCOMES)):
        if name in values and values[name] not in known:
            faults.append((name, f"Choose one from the list of {name}s."))
    first, last = _day(values, "since", "first", faults), _day(values, "until", "last", faults)
    if first and last and last < first:
        faults.append(("until", "Enter a last day that is not before the first."))
    if not faults:
        values |= {"since": _midnight(first)} if first else {}
        values |= {"until": _midnight(last) + timedelta(days=1)} if last else {}
    return values, faults


def _day(values: dict[str, Any], name: str, called: str, faults: Faults) -> date | None:
    text = values.get(name)
    if text is None:
        return None
    try:
        told = date.fromisoformat(text)
    except ValueError:
        told = date.max
    if told.year > date.max.year - 1:
        faults.append((name, f"Enter the {called} day with year, month and day, such as 2026-11-30."))
        return None
    return told


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
