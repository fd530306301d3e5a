"""From the file to the resources that plans are made of: strands by their names."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from errors import DataError
from features.configuration import load_toml, validated_text
from features.strands import Taxonomy
from models.allocation.resources.effect import EVERY
from models.allocation.resources.file import Aim, AreaTypes, Harm, ResourcesFile
from models.allocation.resources.resource import Resource
from models.allocation.rules.settings import RuleSettings

T = TypeVar("T")

_STRANDS_OF = ("meets", "effect", "ringfence")


@dataclass(frozen=True)
class Resources:
    """The resources of a workspace.

    Invariants: strands are named as the taxonomy names them.

    Attributes:
        objective: What a plan maximises.
        resources: The resources, in the order of their file.
        harm: Harm weights.
        area_types: How areas are told apart; None: they are not.
        rules: What a plan must keep.
        listed: Strands of the closed taxonomy, any of which a forecast may lack; empty: the taxonomy is open.
    """

    objective: Aim
    resources: tuple[Resource, ...]
    harm: Harm
    area_types: AreaTypes | None
    rules: RuleSettings
    listed: tuple[str, ...] = ()

    def codes(self) -> tuple[str, ...]:
        """Return the codes of the resources."""
        return tuple(item.code for item in self.resources)

    def document(self) -> dict[str, Any]:
        """Return all of the file as JSON values."""
        return {
            "objective": self.objective,
            "harm": self.harm.model_dump(mode="json"),
            "area_types": self.area_types.model_dump(mode="json") if self.area_types else None,
            "rules": self.rules.model_dump(mode="json"),
            "resource": [item.model_dump(mode="json") for item in self.resources],
        }


def load_resources(path: Path, taxonomy: Taxonomy) -> Resources:
    """Read a file of resources.

    Raises:
        DataError: It is absent or cannot be used, or names a strand that the taxonomy lacks.
    """
    return _resolved(load_toml(path, ResourcesFile), taxonomy, path.name)


def resources_of(text: str, taxonomy: Taxonomy, name: str = "resources.toml") -> Resources:
    """Return the resources of a file's text; `name` is the file named in errors.

    Raises:
        DataError: It cannot be used, or names a strand that the taxonomy lacks.
    """
    return _resolved(validated_text(text, name, ResourcesFile), taxonomy, name)


def _resolved(file: ResourcesFile, taxonomy: Taxonomy, name: str) -> Resources:
    resources = tuple(_of_taxonomy(item, taxonomy, f"{name}, resource {item.code}") for item in file.resource)
    weights = _by_name(file.harm.weights, taxonomy, f"{name}, [harm.weights]")
    floors = _by_name(file.rules.minimum_per_strand, taxonomy, f"{name}, [rules.minimum_per_strand]")
    return Resources(
        objective=file.objective,
        resources=resources,
        harm=file.harm.model_copy(update={"weights": weights}),
        area_types=file.area_types,
        rules=file.rules.model_copy(update={"minimum_per_strand": floors}),
        listed=taxonomy.names(),
    )


def _of_taxonomy(resource: Resource, taxonomy: Taxonomy, place: str) -> Resource:
    """Return a resource that calls strands by their names."""
    update: dict[str, Any] = {"strands": _named(resource.strands, taxonomy, place)}
    for part in _STRANDS_OF:
        items = getattr(resource, part)
        update[part] = tuple(
            item.model_copy(update={"strands": _named(item.strands, taxonomy, f"{place}, {part}")}) for item in items
        )
    if resource.response is not None:
        names = _named(resource.response.strands, taxonomy, f"{place}, response")
        update["response"] = resource.response.model_copy(update={"strands": names})
    return resource.model_copy(update=update)


def _named(strands: tuple[str, ...], taxonomy: Taxonomy, place: str) -> tuple[str, ...]:
    names = taxonomy.resolved([strand for strand in strands if strand != EVERY], place)
    return tuple(EVERY if strand == EVERY else names[strand] for strand in strands)


def _by_name(values: dict[str, T], taxonomy: Taxonomy, place: str) -> dict[str, T]:
    names = taxonomy.resolved([strand for strand in values if strand != EVERY], place)
    named: dict[str, T] = {}
    for strand, value in values.items():
        name = names.get(strand, strand)
        if name in named:
            raise DataError(f"the strand '{name}' stands twice", place=place, fix="remove one of the two")
        named[name] = value
    return named
