"""Tables of areas that come with Strandcast, each with its source, its terms and an arrangement for schematics."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from errors import DataError
from features.areas.files import AreaFile, read_area_file
from features.configuration import Closed, load_toml

SHIPPED = ("essex-lsoa-2011",)


class ShippedTable(Closed):
    """What a shipped table says of itself.

    Attributes:
        title: What it holds.
        source: Where it is from.
        licence: Its terms.
        attribution: The statement to print where results are shown.
        inferred: Levels that no source gives.
        arrangement: District -> column and row in a schematic.
    """

    title: str
    source: str
    licence: str
    attribution: str
    inferred: tuple[str, ...]
    arrangement: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, eq=False)
class AreaSource:
    """Areas to begin a workspace with: a shipped table or a user's file.

    Attributes:
        file: The areas, read.
        name: Name of the file in the workspace.
        content: The file's bytes.
        attribution: The statement that a shipped table asks for; empty for a user's file.
    """

    file: AreaFile
    name: str
    content: bytes = field(repr=False)
    attribution: str

    @classmethod
    def of(cls, name_or_file: str) -> "AreaSource":
        """Return a shipped table by its name, or a file by its path.

        Raises:
            DataError: It is neither, or the file cannot be used.
        """
        shipped = name_or_file in SHIPPED
        path = _path(name_or_file, ".csv") if shipped else Path(name_or_file)
        if not path.suffix and not path.exists():
            fix = f"name one of {', '.join(SHIPPED)}, or a .geojson or .csv file"
            raise DataError("is neither a shipped table of areas nor a file", place=name_or_file, fix=fix)
        file = read_area_file(path)
        attribution = shipped_table(name_or_file).attribution if shipped else ""
        return cls(file, f"areas{path.suffix.lower()}", path.read_bytes(), attribution)


def shipped_table(name: str) -> ShippedTable:
    """Return what a shipped table says of itself."""
    return load_toml(_path(name, ".toml"), ShippedTable)


def _path(name: str, suffix: str) -> Path:
    return Path(str(resources.files("features.areas").joinpath("data", name + suffix)))
