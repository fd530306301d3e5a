"""Where a workspace's taxonomy comes from: shipped by name, a file of the user's own, or none."""

from importlib import resources
from pathlib import Path

from errors import DataError
from features.strands.taxonomy import load_taxonomy

SHIPPED = ("essex-2018", "police-uk")
OPEN = """\
# Strands of this workspace: an open taxonomy. The strands are those that the mappings of the feeds name.
# For a closed list, begin a workspace with strandcast init --taxonomy essex-2018, police-uk, or a file like this one:
#
#   [[strand]]
#   code = "burglary"
#   name = "Burglary"
#   evidence = "Why it is a strand, and where that is written."
#
#   [[strand.input]]
#   feed = "force-crime"
#   where = { offence = ["28*", "30A"] }

version = "open"
"""


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
