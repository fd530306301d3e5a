"""Strands: what is forecast and prevented, as a versioned taxonomy, and what feeds each of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from pydantic import Field, model_validator

from errors import DataError
from features.configuration import Closed, load_toml

SHIPPED = ("essex-2018", "police-uk")
OPEN = """\
# Strands of this workspace: an open taxonomy. The strands are those that the mappings of the feeds name.
# For a closed list, begin a workspace with strandcast init --taxonomy essex-2018, police-uk, or a file like this one:
#
#   [[strand]]
#   code = "burglary"
#   name = "Burglary"
#   evidence = "Why it is a strand, and where that is written."
#   police_uk = ["Burglary"]

version = "open"
"""


class Strand(Closed):
    """One strand.

    Attributes:
        code: Short code; a mapping may name the strand by its code or its name.
        name: Name shown, and the strand's name in every table.
        evidence: Why it is a strand, and where that is written.
        police_uk: The data.police.uk types that feed it; empty: no feed there.
        proxy: Those types stand for it only roughly.
    """

    code: str = Field(min_length=1)
    name: str = Field(min_length=1)
    evidence: str = ""
    police_uk: tuple[str, ...] = ()
    proxy: bool = False


class TaxonomyFile(Closed):
    """What `strands.toml` holds."""

    version: str = Field(min_length=1)
    provisional: bool = False
    strand: tuple[Strand, ...] = ()

    @model_validator(mode="after")
    def _is_unambiguous(self) -> "TaxonomyFile":
        for what, names in (
            ("strand", [name for item in self.strand for name in {item.code.casefold(), item.name.casefold()}]),
            ("police.uk type", [kind.casefold() for item in self.strand for kind in item.police_uk]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                msg = f"the {what} '{twice[0]}' stands twice"
                raise ValueError(msg)
        return self


@dataclass(frozen=True)
class Taxonomy:
    """The strands of a workspace.

    Attributes:
        version: Name of the version; "open" where no list is given.
        provisional: The strands are not confirmed by their owner; shown wherever they are.
        strands: The closed list, in the order of the file; empty for an open taxonomy.
    """

    version: str
    provisional: bool
    strands: tuple[Strand, ...]

    @property
    def is_open(self) -> bool:
        """Whether the strands are those that the mappings name."""
        return not self.strands

    def names(self) -> tuple[str, ...]:
        """Return the names of the closed list."""
        return tuple(strand.name for strand in self.strands)

    def named(self, name: str) -> str | None:
        """Return the strand's name for a code or name in any case; None: the taxonomy lacks it."""
        if self.is_open:
            return name
        key = name.casefold()
        return next((item.name for item in self.strands if key in (item.code.casefold(), item.name.casefold())), None)

    def resolved(self, targets: Iterable[str], place: str) -> dict[str, str]:
        """Return each target of a mapping with the name of its strand.

        Raises:
            DataError: The taxonomy lacks a target.
        """
        found = {target: self.named(target) for target in targets}
        lacking = sorted(target for target, name in found.items() if name is None)
        if lacking:
            fix = f"map to one of: {', '.join(self.names())}"
            problem = f"'{lacking[0]}' is no strand of the taxonomy {self.version}"
            raise DataError(problem, place=place, fix=fix)
        return {target: name for target, name in found.items() if name is not None}

    def police_uk_mapping(self) -> Mapping[str, str]:
        """Return type of data.police.uk -> strand; an open taxonomy takes every type as its own strand."""
        if self.is_open:
            return {"*": "*"}
        return {kind: strand.name for strand in self.strands for kind in strand.police_uk}


def load_taxonomy(path: Path) -> Taxonomy:
    """Read a taxonomy.

    Raises:
        DataError: The file is absent or cannot be used.
    """
    loaded = load_toml(path, TaxonomyFile)
    return Taxonomy(loaded.version, loaded.provisional, loaded.strand)


def taxonomy_text(name_or_file: str | None) -> bytes:
    """Return the text of a taxonomy: a shipped one by its name, a file by its path, None for an open one.

    Raises:
        DataError: It is neither shipped nor a file, the file cannot be used, or it lists no strand.
    """
    if name_or_file is None:
        return OPEN.encode()
    if name_or_file in SHIPPED:
        return resources.files("features").joinpath("taxonomies", f"{name_or_file}.toml").read_bytes()
    path = Path(name_or_file)
    if not path.is_file():
        fix = f"name one of {', '.join(SHIPPED)}, or a TOML file"
        raise DataError("is neither a shipped taxonomy nor a file", place=name_or_file, fix=fix)
    if load_taxonomy(path).is_open:
        raise DataError("lists no strand", place=path.name, fix="add [[strand]] tables, or leave out --taxonomy")
    return path.read_bytes()
