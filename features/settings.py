"""Settings of a workspace: what `strandcast.toml` holds."""

import json
import re
from typing import Literal

from pydantic import Field, field_validator

from features.access import Access
from features.configuration import Closed
from features.service import Service

# What stands with everything that is shown of made-up data.
SYNTHETIC = "SYNTHETIC: the data are made up."
_COUNTRY = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,6})?")


class LedgerSettings(Closed):
    """How the record is made safe against whoever owns its database.

    Attributes:
        checkpoint_folder: Where signed checkpoints are dropped for somebody else to collect; empty: none are.
        checkpoint_events: A checkpoint is due after so many new events.
        checkpoint_minutes: A checkpoint is due after so many minutes, if there are new events.
    """

    checkpoint_folder: str = ""
    checkpoint_events: int = Field(default=1000, ge=1, le=1_000_000)
    checkpoint_minutes: int = Field(default=60, ge=1, le=100_000)


class Settings(Closed):
    """Settings of a workspace.

    Attributes:
        name: What the deployment is called on pages and plans.
        period: "week" or "month"; None: as fine as the data allow.
        areas: File of areas in the workspace; empty: the areas are the codes met in the data.
        area_changes: Lookup of changed codes of areas in the workspace; empty: none.
        holidays: Country, or country and subdivision, of the public holidays ("GB-ENG", "CA-ON"); empty: none.
        school_terms: File of school terms in the workspace; empty: none.
        attribution: Source statement to print where results are shown.
        seed: Seed of everything that is drawn.
        synthetic: The data are made up; every page and file says so.
        police_uk_publication_delay_days: Days after a month's end at which data.police.uk counts as known.
        salt: Secret of the hashes that stand for natural keys, hexadecimal.
        ledger: How the record is made safe.
        access: Who may enter the service, and who may not decide alone.
        service: What the service admits, and how old what it serves may be.
    """

    name: str = Field(default="Strandcast", min_length=1)
    period: Literal["week", "month"] | None = None
    areas: str = ""
    area_changes: str = ""
    holidays: str = ""
    school_terms: str = ""
    attribution: str = ""
    seed: int = Field(default=20260101, ge=0)
    synthetic: bool = False
    police_uk_publication_delay_days: int = Field(default=0, ge=0, le=3650)
    salt: str = Field(pattern=r"^[0-9a-f]{64}$", repr=False)
    ledger: LedgerSettings = LedgerSettings()
    access: Access = Field(default_factory=Access)
    service: Service = Field(default_factory=Service)

    @field_validator("holidays")
    @classmethod
    def _is_country(cls, value: str) -> str:
        if value and not _COUNTRY.fullmatch(value):
            msg = "holidays must be a country or country-subdivision such as GB-ENG or CA-ON"
            raise ValueError(msg)
        return value

    def to_toml(self) -> str:
        """Return the settings as a readable file."""
        period = f'period = "{self.period}"' if self.period else '# period = "week"'
        return f"""\
# Settings of this workspace. A key that is not listed here is refused.

name = {_quoted(self.name)}

# "week" or "month"; left out: weeks where the feeds give days, months where they give months.
{period}

# File of areas in this folder; empty: the areas are the codes met in the data.
areas = {_quoted(self.areas)}

# Lookup in this folder of codes that changed, such as LSOA 2011 to 2021; records under the codes of the other edition
# are placed by it. Empty: none.
area_changes = {_quoted(self.area_changes)}

# Public holidays: a country or country-subdivision ("GB-ENG", "CA-ON"); empty: none.
holidays = {_quoted(self.holidays)}

# File of school terms in this folder (columns first_day, last_day); empty: none.
school_terms = {_quoted(self.school_terms)}

# Source statement, printed where results are shown.
attribution = {_quoted(self.attribution)}

# Seed of everything that is drawn.
seed = {self.seed}

# true: the data are made up, and every page and file says SYNTHETIC.
synthetic = {str(self.synthetic).lower()}

# Days after the end of a month at which a month of data.police.uk counts as known.
police_uk_publication_delay_days = {self.police_uk_publication_delay_days}

# Secret. Natural keys of incidents are stored only as hashes under this salt; changed, repeated deliveries are no
# longer recognised.
salt = "{self.salt}"

[ledger]

# Folder, best out of this machine's reach, into which signed checkpoints are dropped; empty: none are.
checkpoint_folder = {_quoted(self.ledger.checkpoint_folder)}

# A checkpoint is due after so many events, or so many minutes if there are new ones.
checkpoint_events = {self.ledger.checkpoint_events}
checkpoint_minutes = {self.ledger.checkpoint_minutes}

{self.access.to_toml()}
{self.service.to_toml()}"""


def _quoted(text: str) -> str:
    """Return a TOML basic string; JSON's escapes are a subset of TOML's, save for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
