"""How a workspace reads its feeds: the mapping, the strands, the areas and the day, tied together."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime

from features.areas.files import read_area_file
from features.feeds.mapped import read_export
from features.feeds.mapping import FeedMapping
from features.feeds.places import Places
from features.feeds.police_uk import FEED, police_uk_rules, read_street
from features.feeds.reading import Setting
from features.feeds.strand_rules import StrandRules
from features.incidents.ingest import Plan
from features.strands import Taxonomy
from features.workspace import Workspace

Clock = Callable[[], datetime]


def mapped_plan(workspace: Workspace, mapping: FeedMapping, mapping_name: str, clock: Clock) -> Plan:
    """Return how exports under a mapping are read.

    Raises:
        DataError: The mapping names a strand that the taxonomy lacks, or the workspace's files cannot be used.
    """
    taxonomy = workspace.taxonomy()
    rules = StrandRules.of(mapping.strands, taxonomy, f"{mapping_name}, [strands]")
    setting = _setting(workspace, taxonomy, clock)
    reading = _hash(workspace, taxonomy, mapping.model_dump(mode="json"))
    return Plan(
        mapping.name, reading, setting.received_at, lambda content: read_export(content, mapping, rules, setting)
    )


def police_uk_plan(workspace: Workspace, clock: Clock) -> Plan:
    """Return how street-level files of data.police.uk are read.

    Raises:
        DataError: The workspace's files cannot be used.
    """
    taxonomy = workspace.taxonomy()
    rules = police_uk_rules(taxonomy)
    setting = _setting(workspace, taxonomy, clock)
    delay = workspace.settings.police_uk_publication_delay_days
    reading = _hash(workspace, taxonomy, {"delay_days": delay})
    return Plan(FEED, reading, setting.received_at, lambda content: read_street(content, rules, setting, delay))


def _setting(workspace: Workspace, taxonomy: Taxonomy, clock: Clock) -> Setting:
    areas = workspace.areas_file
    places = Places.of(read_area_file(areas) if areas else None, workspace.area_changes())
    return Setting(places, taxonomy, bytes.fromhex(workspace.settings.salt), clock())


def _hash(workspace: Workspace, taxonomy: Taxonomy, way: dict[str, object]) -> str:
    """Return a hash of everything that changes how a file is read."""
    areas, changes = workspace.areas_file, workspace.area_changes_file
    parts = {
        "way": way,
        "strands": [strand.model_dump(mode="json") for strand in taxonomy.strands],
        "areas": hashlib.sha256(areas.read_bytes()).hexdigest() if areas else "",
        "area_changes": hashlib.sha256(changes.read_bytes()).hexdigest() if changes else "",
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
