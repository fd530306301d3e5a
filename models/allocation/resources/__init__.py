"""Resources: `resources.toml`, the closed file of patrols and teams, what they do, harm weights and rules."""

from models.allocation.resources.loading import Resources, load_resources, resources_of
from models.allocation.resources.resource import Resource
from models.allocation.resources.shipped import default_text

__all__ = ["Resource", "Resources", "default_text", "load_resources", "resources_of"]
