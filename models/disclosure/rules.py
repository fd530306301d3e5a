"""Rules of disclosure: `disclosure.toml`, the closed file of which numbers leave the force, and in what form."""

from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import Field

from features.configuration import Closed, load_toml, validated_text
from features.workspace import DISCLOSURE


class Rules(Closed):
    """What `disclosure.toml` holds.

    Attributes:
        version: Of the file's form.
        level: The smallest places that are shown.
        minimum_count: Smaller numbers are hidden, zeros too.
        round_to: Numbers are rounded to multiples of it.
        hours_round_to: The same of hours.
        share_round_to: The same of shares, per cent.
        minimum_residents: A place with fewer, or with an unknown number, shows nothing; 0: every place may.
        periods_together: Periods that are counted as one.
        recent_periods: An expected number is shown only where the counts of so many newest periods can be.
        first_periods: Periods that the first set goes back.
        ours: Partners of feeds that are the force itself.
    """

    version: Literal[1]
    level: Literal["ward", "district"]
    minimum_count: int = Field(ge=3, le=1000, strict=True)
    # At least 3: strands may lie within one another, and the difference of two exact counts is exact.
    round_to: int = Field(ge=3, le=1000, strict=True)
    # Hours move a little with every number of the strand, also with hidden ones.
    hours_round_to: int = Field(ge=5, le=10_000, strict=True)
    share_round_to: Literal[5, 10, 20, 25]
    minimum_residents: int = Field(ge=0, le=10_000_000, strict=True)
    periods_together: int = Field(ge=1, le=53, strict=True)
    recent_periods: int = Field(ge=1, le=104, strict=True)
    first_periods: int = Field(ge=1, le=1000, strict=True)
    ours: tuple[str, ...] = ()


def default_text() -> bytes:
    """Return the shipped `disclosure.toml`, with which a workspace begins."""
    return resources.files("models.disclosure").joinpath(DISCLOSURE).read_bytes()


def load_rules(path: Path) -> Rules:
    """Read a workspace's rules; one that was made before there were any has the shipped ones.

    Raises:
        DataError: The file cannot be used.
    """
    if not path.exists():
        return validated_text(default_text().decode(), f"the shipped {DISCLOSURE}", Rules)
    return load_toml(path, Rules)
