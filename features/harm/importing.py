"""A table of the user's own becomes a set of `harm.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass

from errors import DataError
from features.feeds.sources import Content
from features.harm.derived import DerivedWeight, derived_weights
from features.harm.sets import Harm
from features.harm.tables import OffenceWeights, read_weights
from features.harm.writing import Origin, set_text
from features.strands import Taxonomy


@dataclass(frozen=True)
class Columns:
    """The columns of a table; None: found by the names that such tables use.

    Attributes:
        codes: Column of offence codes.
        weights: Column of weights.
    """

    codes: str | None = None
    weights: str | None = None


@dataclass(frozen=True)
class Imported:
    """What became of a table.

    Attributes:
        table: The table, read.
        weights: The weight of each strand, or why it has none.
        addition: The set as text of `harm.toml`.
    """

    table: OffenceWeights
    weights: tuple[DerivedWeight, ...]
    addition: str


def import_table(
    taxonomy: Taxonomy,
    harm: Harm,
    content: Content,
    name: str,
    origin: Origin,
    columns: Columns,
    recorded: Mapping[str, Mapping[str, int]],
) -> Imported:
    """Derive the weights of a taxonomy's strands from a table.

    Args:
        taxonomy: The strands.
        harm: The sets that there are.
        content: The table.
        name: Name of the new set.
        origin: Where the table comes from.
        columns: Its columns.
        recorded: Strand -> offence code -> incidents recorded of it.

    Raises:
        DataError: The taxonomy is open, there is a set of this name, the table cannot be read, or it weighs no strand.
    """
    if taxonomy.is_open:
        fix = "begin a workspace with a taxonomy, or write the weights of its strands into harm.toml"
        raise DataError("an open taxonomy does not say which offences a strand has", place="strands.toml", fix=fix)
    if name in [item.name for item in harm.sets]:
        fix = "choose another name, or remove the set from harm.toml"
        raise DataError(f"there is a set '{name}' already", place="harm.toml", fix=fix)
    table = read_weights(content, columns.codes, columns.weights)
    weights = derived_weights(taxonomy, table.weights, recorded)
    note = f"Made of {content.name} by strandcast harm import."
    return Imported(table, weights, set_text(name, note, origin, weights))
