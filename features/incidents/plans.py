"""How a workspace reads its feeds: the contract, the strands, the areas and the day, tied together."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime

from errors import DataError
from features.areas.files import read_area_file
from features.feeds.catalogue import load_contract
from features.feeds.contract import Contract
from features.feeds.mapped import read_export
from features.feeds.mapping import FeedMapping
from features.feeds.places import Places
from features.feeds.police_uk import FEED, read_street
from features.feeds.reading import Reading, Setting
from features.feeds.sources import Content
from features.feeds.strand_rules import rules_of
from features.incidents.ingest import Plan
from features.strands import Taxonomy
from features.workspace import Workspace

Clock = Callable[[], datetime]
# What a contract says without changing how a file is read.
_SAID_ONLY = {
    "version",
    "title",
    "partner",
    "owner",
    "purpose",
    "lawful_basis",
    "retention",
    "arrival",
    "volume",
    "disclosure",
}


def mapped_plan(workspace: Workspace, mapping: FeedMapping, mapping_name: str, clock: Clock) -> Plan:
    """Return how exports under a mapping are read.

    Raises:
        DataError: The mapping has a shipped feed's name or names a strand that the taxonomy lacks, or the workspace's
            files cannot be used.
    """
    return _plan(workspace, Contract.of_mapping(mapping), f"{mapping_name}, [strands]", clock)


def feed_plan(workspace: Workspace, name: str, clock: Clock) -> Plan:
    """Return how files of a feed under contract are read.

    Raises:
        DataError: There is no such contract or it is not filled in, it names a strand that the taxonomy lacks, or the
            workspace's files cannot be used.
    """
    contract = load_contract(workspace.root, name)
    if open_terms := contract.unfilled():
        problem = f"the contract does not say yet: {', '.join(open_terms)}"
        raise DataError(problem, place=f"{name}.toml", fix="fill it in: nothing is taken in without")
    return _plan(workspace, contract, f"{name}.toml, [strands]", clock)


def police_uk_plan(workspace: Workspace, clock: Clock) -> Plan:
    """Return how street-level files of data.police.uk are read.

    Raises:
        DataError: The workspace's files cannot be used.
    """
    contract = load_contract(workspace.root, FEED)
    delay = workspace.settings.police_uk_publication_delay_days
    if delay:
        contract = contract.model_copy(update={"publication_delay_days": delay})
    return _plan(workspace, contract, "strands.toml", clock)


def _plan(workspace: Workspace, contract: Contract, place: str, clock: Clock) -> Plan:
    taxonomy = workspace.taxonomy()
    rules = rules_of(contract, taxonomy, place)
    setting = _setting(workspace, contract, taxonomy, clock)

    def read(content: Content) -> Reading:
        if contract.name == FEED:
            return read_street(content, contract, rules, setting)
        return read_export(content, contract, rules, setting)

    return Plan(contract.name, contract.version, _hash(workspace, taxonomy, contract), setting.received_at, read)


def _setting(workspace: Workspace, contract: Contract, taxonomy: Taxonomy, clock: Clock) -> Setting:
    areas = workspace.areas_file
    places = Places.of(read_area_file(areas) if areas else None, workspace.area_changes(), contract.level)
    return Setting(places, taxonomy, bytes.fromhex(workspace.settings.salt), clock())


def _hash(workspace: Workspace, taxonomy: Taxonomy, contract: Contract) -> str:
    """Return a hash of everything that changes how a file is read; what is only said of a feed changes nothing."""
    areas, changes = workspace.areas_file, workspace.area_changes_file
    parts = {
        "contract": contract.model_dump(mode="json", exclude=_SAID_ONLY),
        "strands": [strand.model_dump(mode="json") for strand in taxonomy.strands],
        "areas": hashlib.sha256(areas.read_bytes()).hexdigest() if areas else "",
        "area_changes": hashlib.sha256(changes.read_bytes()).hexdigest() if changes else "",
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
