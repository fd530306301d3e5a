"""The harm weights that a workspace begins with."""

from importlib import resources

SHIPPED = ("essex-2018",)
_NONE = """\
# Harm weights of this workspace: what one incident of a strand counts. No weights are shipped for its strands: the set
# "equal", which is always there, counts every incident as one and is not a harm index. Bring in a table of your own,
#
#   strandcast harm import TABLE.csv --as NAME --source WHO --edition EDITION --date DATE
#
# or write a set here:
#
#   [[set]]
#   name = "ours"
#   unit = "days"
#
#   [[set.weight]]
#   strand = "burglary"
#   weight = 20
#   source = "Who made it."
#   edition = "2024"
#   date = 2024-04-01
#
# A strand that a set leaves out is unweighted in it: shown as such, never as harm 0.

version = 1
default = "equal"
"""


def harm_text(taxonomy: str | None) -> bytes:
    """Return the text of `harm.toml` for a workspace that begins with this taxonomy."""
    if taxonomy not in SHIPPED:
        return _NONE.encode()
    return resources.files("features.harm").joinpath(f"{taxonomy}.toml").read_bytes()
