"""Sets of harm weights: `harm.toml`, closed, with source, edition and date beside every weight."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from errors import DataError
from features.configuration import Closed, load_toml
from features.strands import Taxonomy

EQUAL = "equal"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")


class Weight(Closed):
    """The weight of one strand.

    Attributes:
        strand: Code or name of the strand.
        weight: Harm of one of its incidents, in the unit of the set. Never 0: a strand without a weight is left out,
            and is shown as unweighted.
        source: Where the number comes from.
        edition: Which edition of the source.
        date: Day of that edition.
        note: How the number was made of it, and what it leaves out.
    """

    strand: str = Field(min_length=1)
    weight: float = Field(gt=0, allow_inf_nan=False)
    source: str = Field(min_length=1)
    edition: str = Field(min_length=1)
    date: dt.date
    note: str = ""


class WeightSet(Closed):
    """One set of weights.

    Attributes:
        name: Its name; "equal" is taken.
        unit: What the weights are counted in; one unit a set, so that they may be added.
        note: What the set is, and is not.
        weight: The weights.
    """

    name: str
    unit: str = Field(min_length=1)
    note: str = ""
    weight: tuple[Weight, ...] = Field(min_length=1)

    @field_validator("name")
    @classmethod
    def _is_plain(cls, value: str) -> str:
        return set_name(value)


class HarmFile(Closed):
    """What `harm.toml` holds.

    Attributes:
        version: 1.
        default: The set that is used where none is named.
        set: The sets.
    """

    version: Literal[1]
    default: str = EQUAL
    set: tuple[WeightSet, ...] = ()

    @model_validator(mode="after")
    def _is_unambiguous(self) -> "HarmFile":
        names = [item.name for item in self.set]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"the set '{twice}' stands twice")
        if self.default not in (*names, EQUAL):
            raise ValueError(f"the default '{self.default}' is none of the sets: {', '.join((*names, EQUAL))}")
        return self


@dataclass(frozen=True)
class HarmSet:
    """A set of weights, the strands by their names.

    Attributes:
        name: Its name.
        unit: What the weights are counted in.
        note: What the set is, and is not.
        weights: Strand -> weight.
        of_every: Weight of every strand there is, without a list; None for a set that lists its strands.
    """

    name: str
    unit: str
    note: str
    weights: Mapping[str, Weight] = field(default_factory=dict)
    of_every: float | None = None

    def weight_of(self, strand: str) -> float | None:
        """Return the weight of a strand; None: it is unweighted, which is not a weight of 0."""
        return self.weights[strand].weight if strand in self.weights else self.of_every

    def numbers(self) -> dict[str, float]:
        """Return strand -> weight, of the strands that it lists."""
        return {strand: item.weight for strand, item in self.weights.items()}

    def unweighted(self, strands: Iterable[str]) -> tuple[str, ...]:
        """Return the strands that have no weight."""
        return tuple(strand for strand in strands if self.weight_of(strand) is None)

    def source(self) -> str:
        """Return where the weights come from, in one line."""
        told = dict.fromkeys(f"{item.source}, {item.edition} ({item.date})" for item in self.weights.values())
        return "; ".join([f"set '{self.name}' in {self.unit}", *(told or [self.note])])


_EQUAL_SET = HarmSet(EQUAL, "incidents", "every incident counts as one, which is not a harm index", of_every=1.0)


@dataclass(frozen=True)
class Harm:
    """The sets of a workspace.

    Attributes:
        default: Name of the set that is used where none is named.
        sets: Those of the file, then "equal", which is always there.
    """

    default: str = EQUAL
    sets: tuple[HarmSet, ...] = (_EQUAL_SET,)

    def named(self, name: str) -> HarmSet:
        """Return a set.

        Raises:
            DataError: There is none of this name.
        """
        found = next((item for item in self.sets if item.name == name), None)
        if found is None:
            fix = f"name one of: {', '.join(item.name for item in self.sets)}"
            raise DataError(f"there is no set of harm weights '{name}'", place="harm.toml", fix=fix)
        return found


def load_harm(path: Path, taxonomy: Taxonomy) -> Harm:
    """Read the sets of harm weights; a workspace without the file has "equal" alone.

    Raises:
        DataError: The file cannot be used, or weighs a strand that the taxonomy lacks, or one twice.
    """
    if not path.exists():
        return Harm()
    loaded = load_toml(path, HarmFile)
    return Harm(loaded.default, (*(_resolved(item, taxonomy, path.name) for item in loaded.set), _EQUAL_SET))


def set_name(name: str) -> str:
    """Return the name of a set as given.

    Raises:
        ValueError: It is no plain name, or taken.
    """
    if name == EQUAL:
        raise ValueError("'equal' is always there: name the set otherwise")
    if not _NAME.fullmatch(name):
        raise ValueError("the name of a set is small letters, digits, hyphens, dots and underscores")
    return name


def _resolved(item: WeightSet, taxonomy: Taxonomy, file: str) -> HarmSet:
    place = f"{file}, set {item.name}"
    names = taxonomy.resolved([weight.strand for weight in item.weight], place)
    weights: dict[str, Weight] = {}
    for weight in item.weight:
        strand = names[weight.strand]
        if strand in weights:
            raise DataError(f"the strand '{strand}' is weighed twice", place=place, fix="remove one of the weights")
        weights[strand] = weight
    return HarmSet(item.name, item.unit, item.note, weights)
