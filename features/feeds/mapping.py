"""Mappings: how the columns of a partner's export become incidents, as a file without code."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, field_validator, model_validator

from features.configuration import Closed, load_toml
from features.feeds.personal import is_personal

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
OWN_STRAND = "*"
# Columns whose values are hashed, or matched with areas: what their headers say of persons is not kept.
KEPT_APART = ("incident_id", "area_code")


def is_date_format(value: str) -> str:
    """Return a format in the notation of strptime, refused where it lacks a year or a month."""
    day = datetime(2014, 1, 31)  # noqa: DTZ001 - only its digits are looked at
    try:
        read = datetime.strptime(day.strftime(value), value)  # noqa: DTZ007 - the same
    except ValueError:
        read = None
    if read is None or (read.year, read.month) != (day.year, day.month):
        raise ValueError("date_format must hold a year and a month, as in %d/%m/%Y")
    return value


def _is_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("timezone must be a name such as Europe/London or America/Toronto") from None
    return value


DateFormat = Annotated[str, AfterValidator(is_date_format)]
Zone = Annotated[str, AfterValidator(_is_zone)]


class Columns(Closed):
    """Canonical name = column in the file.

    Attributes:
        occurred_from: When the incident occurred or began.
        area_code: Code of the area; or `longitude` and `latitude`, placed into the workspace's polygons.
        longitude: Degrees, WGS 84.
        latitude: Degrees, WGS 84.
        offence: What [strands] looks up; without it every row goes to the strand of "*".
        incident_id: Natural key; stored only as a salted hash.
        occurred_to: When the incident ended at the latest.
        recorded_at: When it was recorded; without it an incident is known at the end of its day or month.
        count: Number of incidents in the row; negative: a retraction.
        source_type: How the incident came to notice.
        revision: Number or date that orders the versions of an incident.
    """

    occurred_from: str
    area_code: str | None = None
    longitude: str | None = None
    latitude: str | None = None
    offence: str | None = None
    incident_id: str | None = None
    occurred_to: str | None = None
    recorded_at: str | None = None
    count: str | None = None
    source_type: str | None = None
    revision: str | None = None

    @model_validator(mode="after")
    def _can_be_read(self) -> "Columns":
        if (self.longitude is None) != (self.latitude is None):
            raise ValueError("longitude and latitude go together: map both or neither")
        if self.area_code is None and self.longitude is None:
            raise ValueError("nothing says where: map area_code, or longitude and latitude")
        personal = [column for name, column in self.mapped().items() if name not in KEPT_APART and is_personal(column)]
        if personal:
            raise ValueError(f"the column '{personal[0]}' is about persons and cannot be mapped")
        if self.revision is not None and self.incident_id is None:
            raise ValueError("revision orders the versions of an incident: map incident_id too")
        return self

    def mapped(self) -> dict[str, str]:
        """Return canonical name -> column in the file, for what is mapped."""
        return {name: column for name in type(self).model_fields if (column := getattr(self, name)) is not None}


class FeedMapping(Closed):
    """A mapping file.

    Attributes:
        period: Resolution of the date column.
        columns: Canonical name = column in the file.
        strands: Value of `offence` -> strand. "*" stands for every other value; the strand "*" is the value itself.
        name: Name of the feed; empty: the name of the mapping file.
        delivery: "append": each file adds to what is held; "replaces-periods": each file replaces the days, weeks or
            months from its first to its last.
        publication_delay_days: Days after the end of its period at which an incident counts as known.
        date_format: Format of the dates in the notation of strptime, where the file does not settle it.
        timezone: Zone of the place, where the file gives instants with an offset.
        covers_from: First day of which the file tells everything, where it cannot be seen from the rows.
        covers_to: Last day of which the file tells everything.
        strict: Refuse a file with columns that are not mapped.
    """

    period: Literal["day", "week", "month"]
    columns: Columns
    strands: dict[str, str] = Field(default_factory=lambda: {OWN_STRAND: OWN_STRAND}, min_length=1)
    name: str = ""
    delivery: Literal["append", "replaces-periods"] = "append"
    publication_delay_days: int = Field(default=0, ge=0, le=3650)
    date_format: DateFormat | None = None
    timezone: Zone | None = None
    covers_from: date | None = None
    covers_to: date | None = None
    strict: bool = False

    @field_validator("name")
    @classmethod
    def _is_plain(cls, value: str) -> str:
        if value and not _NAME.fullmatch(value):
            raise ValueError("a feed's name is small letters, digits, hyphens, dots and underscores")
        return value

    @field_validator("strands")
    @classmethod
    def _has_strands(cls, value: dict[str, str]) -> dict[str, str]:
        if not all(target.strip() for target in value.values()):
            raise ValueError("a strand in [strands] is empty")
        return value

    @model_validator(mode="after")
    def _is_consistent(self) -> "FeedMapping":
        if self.columns.offence is None and self.strands.get(OWN_STRAND, OWN_STRAND) == OWN_STRAND:
            raise ValueError('without an offence column [strands] needs "*" = "a strand"')
        if self.covers_from and self.covers_to and self.covers_from > self.covers_to:
            raise ValueError("covers_from lies after covers_to")
        return self


def load_mapping(path: Path) -> FeedMapping:
    """Read a mapping file; a feed without a name takes the file's.

    Raises:
        DataError: The file is absent or cannot be used.
    """
    mapping = load_toml(path, FeedMapping)
    return mapping if mapping.name else mapping.model_copy(update={"name": _plain(path.stem)})


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", text.casefold()).strip("-._")[:80] or "feed"
