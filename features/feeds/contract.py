"""Contracts: what a partner shares, why it may, and how its columns become facts, as a readable file without code."""

import re
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from features.configuration import Closed
from features.feeds.mapping import KEPT_APART, Columns, DateFormat, FeedMapping, Zone
from features.feeds.personal import is_personal
from features.feeds.reading import FACTS
from features.provenance import UNKNOWN, ProvenanceClass

Use = Literal["demand", "indicator", "workload", "activity", "equality", "context"]
Level = Literal["area", "district"]
Cadence = Literal["day", "week", "month", "quarter", "year"]
ColumnType = Literal["text", "code", "flag", "integer", "number", "date", "time", "minutes"]

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
CANONICAL = tuple(Columns.model_fields)
DATES = ("occurred_from", "occurred_to", "recorded_at")
# What a canonical column holds, whatever its contract says.
_TYPES: dict[str, ColumnType] = {
    **dict.fromkeys(DATES, "date"),
    **dict.fromkeys(("longitude", "latitude"), "number"),
    "count": "integer",
    "offence": "code",
    "source_type": "code",
}
_OWN_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_RESERVED = frozenset((*FACTS, "rule", "field"))
TO_FILL_IN = "TO FILL IN"
_NOT_STATED = "not stated"


def _spellings(value: Any) -> Any:
    """Let a column be written as its header alone."""
    return {"column": value} if isinstance(value, str | list) else value


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class Column(Closed):
    """A column of a feed.

    Attributes:
        column: Its header in the files; several spellings where files differ, the first that a file has is read.
        type: What its cells hold. "text" is kept only where it is a key or an area; "minutes" is a duration.
        unit: Unit of its numbers.
        allowed: Its code list; empty: any value.
        required: A row without a value is quarantined.
        optional: A file may lack the column.
        minimum: Smallest number allowed.
        maximum: Largest number allowed.
    """

    column: Annotated[tuple[str, ...], BeforeValidator(_several)] = Field(min_length=1)
    type: ColumnType = "text"
    unit: str = ""
    allowed: tuple[str, ...] = ()
    required: bool = False
    optional: bool = False
    minimum: float | None = None
    maximum: float | None = None


class Retention(Closed):
    """How long rows are kept: `days` after they occurred; 0: without limit, which a purpose rarely bears."""

    days: int = Field(default=0, ge=0, le=36_500)


class Arrival(Closed):
    """When deliveries are expected: one `every` so often, `late_days` after the end of what it tells of."""

    every: Cadence = "month"
    late_days: int = Field(default=0, ge=0, le=3650)


class Volume(Closed):
    """Rows that are usual in a period of the arrival's cadence; outside of them a delivery is remarked on."""

    least: int = Field(default=0, ge=0)
    most: int = Field(default=1_000_000_000, ge=1)


class Provenance(Closed):
    """How incidents came to notice.

    Attributes:
        default: Class of what nothing else settles.
        values: Value of `source_type` -> class; goes before the rest.
        offences: Value of `offence` -> class, for values that are largely of one class.
        mixed: Values of `offence` that people report and officers find alike; their class stays as it is, and is said.
        source: Where the tables come from.
    """

    default: ProvenanceClass = UNKNOWN
    values: dict[str, ProvenanceClass] = Field(default_factory=dict)
    offences: dict[str, ProvenanceClass] = Field(default_factory=dict)
    mixed: tuple[str, ...] = ()
    source: str = ""


class Disclosure(Closed):
    """What may be shown of the feed: counts below `minimum_count` are not to be shown outside the force."""

    minimum_count: int = Field(default=0, ge=0, le=1000)


class Contract(Closed):
    """A feed's contract.

    Attributes:
        name: The feed's name, which its file also has.
        version: Version of the contract.
        title: Name shown.
        partner: Who shares it.
        owner: Role that answers for it, never a person's name.
        purpose: What it is used for.
        lawful_basis: Why it may be.
        use: "demand" is forecast; "indicator" and "workload" go beside it; "activity" is what the police did;
            "equality" serves equality reports alone and is refused as demand; "context" is known of days in advance.
        period: Resolution of `occurred_from`.
        level: What the area codes are of: the workspace's areas or their districts.
        delivery: "append": a file adds to what is held; "replaces-periods": it replaces the periods it spans.
        revision_rule: "none"; "column": the newest `revision` of an incident counts; "newest-delivery": the newest
            delivered row of an incident counts.
        publication_delay_days: Days after the end of its period at which a row counts as known.
        file_period: Where a file's name tells the period it was made for, as %Y-%m: it covers that period, and rows
            without a time of recording are known at the end of it at the earliest.
        date_format: Format of the dates, where a file does not settle it.
        timezone: Zone of the place, where files give instants with an offset.
        covers_from: First day of which files tell everything, where rows do not show it.
        covers_to: Last such day.
        strict: Refuse a file with columns that the contract does not name.
        personal_columns: What becomes of a file with columns that are about persons: refused, or read without them.
        retention: How long rows are kept.
        arrival: When deliveries are expected.
        volume: How many rows are usual.
        columns: Canonical or own name -> column.
        strands: Value of `offence` -> strand, where the taxonomy does not say what feeds its strands.
        flags: Flag column -> further strand of a row that has it set.
        provenance: How incidents came to notice.
        disclosure: What may be shown.
    """

    name: str
    version: int = Field(default=1, ge=1)
    title: str = Field(min_length=1)
    partner: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    purpose: str = Field(min_length=1)
    lawful_basis: str = Field(min_length=1)
    use: Use = "demand"
    period: Literal["day", "week", "month"]
    level: Level = "area"
    delivery: Literal["append", "replaces-periods"] = "append"
    revision_rule: Literal["none", "column", "newest-delivery"] = "none"
    publication_delay_days: int = Field(default=0, ge=0, le=3650)
    file_period: str | None = None
    date_format: DateFormat | None = None
    timezone: Zone | None = None
    covers_from: date | None = None
    covers_to: date | None = None
    strict: bool = False
    personal_columns: Literal["refuse", "leave-out"] = "refuse"
    retention: Retention = Retention()
    arrival: Arrival = Arrival()
    volume: Volume = Volume()
    columns: dict[str, Annotated[Column, BeforeValidator(_spellings)]]
    strands: dict[str, str] = Field(default_factory=dict)
    flags: dict[str, str] = Field(default_factory=dict)
    provenance: Provenance = Provenance()
    disclosure: Disclosure = Disclosure()

    @field_validator("name")
    @classmethod
    def _is_plain(cls, value: str) -> str:
        if not NAME.fullmatch(value):
            raise ValueError("a feed's name is small letters, digits, hyphens, dots and underscores")
        return value

    @field_validator("file_period")
    @classmethod
    def _is_period(cls, value: str | None) -> str | None:
        if value is not None and ("%Y" not in value or re.search(r"%[^Ymd]", value)):
            raise ValueError("file_period is written with %Y, %m and %d, as in %Y-%m")
        return value

    @field_validator("strands", "flags")
    @classmethod
    def _has_strands(cls, value: dict[str, str]) -> dict[str, str]:
        if not all(target.strip() for target in value.values()):
            raise ValueError("a strand is empty")
        return value

    @field_validator("columns")
    @classmethod
    def _are_columns(cls, columns: dict[str, Column]) -> dict[str, Column]:
        for name, column in columns.items():
            if name not in CANONICAL and (name in _RESERVED or not _OWN_NAME.fullmatch(name)):
                raise ValueError(f"'{name}' is no name for a column: use small letters, digits and underscores")
            if name not in CANONICAL and column.type == "text":
                raise ValueError(f"the column '{name}' needs a type: free text is never kept")
            personal = [header for header in (name, *column.column) if is_personal(header)]
            if personal and name not in KEPT_APART:
                raise ValueError(f"the column '{personal[0]}' is about persons and cannot be part of a contract")
        Columns.model_validate({name: "given" for name in columns if name in CANONICAL})
        return columns

    @model_validator(mode="after")
    def _is_consistent(self) -> "Contract":
        if (self.revision_rule == "column") != ("revision" in self.columns):
            raise ValueError('revision_rule = "column" and a column of revisions go together')
        if self.revision_rule != "none" and "incident_id" not in self.columns:
            raise ValueError("a revision is of an incident: name the column of incident_id")
        lacking = [flag for flag in self.flags if flag not in self.columns or self.columns[flag].type != "flag"]
        if lacking:
            raise ValueError(f"'{lacking[0]}' in [flags] is no column of type flag")
        if self.covers_from and self.covers_to and self.covers_from > self.covers_to:
            raise ValueError("covers_from lies after covers_to")
        return self

    def unfilled(self) -> tuple[str, ...]:
        """Return the terms that a draft has left open."""
        terms = ("partner", "owner", "purpose", "lawful_basis")
        return tuple(term for term in terms if getattr(self, term).startswith(TO_FILL_IN))

    @property
    def is_stated(self) -> bool:
        """Whether somebody stated it; a plain mapping states nothing of partner, purpose and arrival."""
        return self.partner != _NOT_STATED

    @cached_property
    def extras(self) -> dict[str, Column]:
        """The feed's own columns, beside the canonical ones."""
        return {name: column for name, column in self.columns.items() if name not in CANONICAL}

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The columns that hold values of code lists: what rules for strands may look at."""
        coded = [name for name, column in self.extras.items() if column.type in ("code", "flag")]
        return tuple(name for name in (*coded, "offence", "source_type") if name in self.columns)

    @classmethod
    def of_mapping(cls, mapping: FeedMapping) -> "Contract":
        """Return the contract that a plain mapping stands for: demand, with nothing stated of why it may be held."""
        return cls(
            name=mapping.name,
            title=mapping.name,
            **dict.fromkeys(("partner", "owner", "purpose", "lawful_basis"), _NOT_STATED),
            period=mapping.period,
            delivery=mapping.delivery,
            revision_rule="column" if mapping.columns.revision else "none",
            publication_delay_days=mapping.publication_delay_days,
            date_format=mapping.date_format,
            timezone=mapping.timezone,
            covers_from=mapping.covers_from,
            covers_to=mapping.covers_to,
            strict=mapping.strict,
            personal_columns="leave-out",
            columns={name: Column(column=(column,)) for name, column in mapping.columns.mapped().items()},
            strands=mapping.strands,
        )

    def file_span(self, file_name: str) -> tuple[date, date] | None:
        """Return the first and last day of the period that a file's name tells; None without `file_period`.

        Raises:
            ValueError: The name tells no such period.
        """
        if self.file_period is None:
            return None
        pattern = re.escape(self.file_period)
        for directive, digits in (("%Y", r"(?P<Y>\d{4})"), ("%m", r"(?P<m>\d\d)"), ("%d", r"(?P<d>\d\d)")):
            pattern = pattern.replace(directive, digits)
        match = re.search(rf"(?<!\d){pattern}(?!\d)", file_name)
        if match is None:
            raise ValueError(file_name)
        parts = {name: int(digits) for name, digits in match.groupdict().items()}
        first = date(parts["Y"], parts.get("m", 1), parts.get("d", 1))
        if "d" in parts:
            return first, first
        after = (
            date(first.year + first.month // 12, first.month % 12 + 1, 1)
            if "m" in parts
            else date(first.year + 1, 1, 1)
        )
        return first, date.fromordinal(after.toordinal() - 1)
