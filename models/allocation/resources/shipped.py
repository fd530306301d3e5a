"""The resources that a workspace begins with."""

from importlib import resources

SHIPPED = ("essex-2018",)


def default_text(taxonomy: str | None = None) -> bytes:
    """Return the text of `resources.toml` for a workspace that begins with this taxonomy."""
    name = taxonomy if taxonomy in SHIPPED else "general"
    return resources.files("models.allocation.resources").joinpath(f"{name}.toml").read_bytes()
