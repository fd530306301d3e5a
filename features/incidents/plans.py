"""How a workspace reads its feeds: the contract, the strands, the areas and the day, tied together."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime

from errors import DataError
from features.areas.files import read_area_file
from features.feeds.catalogue import contract_names, load_contract
from features.feeds.contract import Contract
from features.feeds.mapped import export_rows, read_export, wanted_of
from features.feeds.mapping import FeedMapping
from features.feeds.places import Places
from features.feeds.police_uk import FEED, read_street, street_rows, street_wanted
from features.feeds.reading import Reading, Setting
from features.feeds.sources import Content
from features.feeds.strand_rules import rules_of
from features.feeds.tables import RawTable, Wanted
from features.incidents.ingest import Plan
from features.quarantine.release import Rereading
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
    return _plan(workspace, _police_uk(workspace), "strands.toml", clock)


def contract_of(workspace: Workspace, feed: str, mapping: FeedMapping | None) -> Contract:
    """Return the contract under which files of a feed are read now.

    Raises:
        DataError: There is none and no mapping is given, or the mapping is another feed's.
    """
    if mapping is not None:
        if mapping.name != feed:
            raise DataError(f"is the mapping of '{mapping.name}'", place="--mapping", fix=f"give that of '{feed}'")
        return Contract.of_mapping(mapping)
    if feed == FEED:
        return _police_uk(workspace)
    if feed not in contract_names(workspace.root):
        fix = "name with --mapping the file that it was ingested with"
        raise DataError("the feed has no contract", place=feed, fix=fix)
    return load_contract(workspace.root, feed)


def rereading(workspace: Workspace, feed: str, mapping: FeedMapping | None, clock: Clock) -> Rereading:
    """Return how rows of a feed are read again.

    Raises:
        DataError: There is no contract of the feed, or the workspace's files cannot be used.
    """
    contract, taxonomy = contract_of(workspace, feed, mapping), workspace.taxonomy()
    rules = rules_of(contract, taxonomy, f"{feed}.toml, [strands]")
    setting = _setting(workspace, contract, taxonomy, clock)

    def read(table: RawTable) -> Reading:
        return (street_rows if feed == FEED else export_rows)(table, "", contract, rules, setting)

    return Rereading(contract, _hash(workspace, taxonomy, contract), setting, wanted_under(contract), read)


def wanted_under(contract: Contract) -> dict[str, Wanted]:
    """Return what is read of files under a contract."""
    return street_wanted(contract) if contract.name == FEED else wanted_of(contract)


def _police_uk(workspace: Workspace) -> Contract:
    contract = load_contract(workspace.root, FEED)
    delay = workspace.settings.police_uk_publication_delay_days
    return contract.model_copy(update={"publication_delay_days": delay}) if delay else contract


def _plan(workspace: Workspace, contract: Contract, place: str, clock: Clock) -> Plan:
    taxonomy = workspace.taxonomy()
    rules = rules_of(contract, taxonomy, place)
    setting = _setting(workspace, contract, taxonomy, clock)

    def read(content: Content) -> Reading:
        if contract.name == FEED:
            return read_street(content, contract, rules, setting)
        return read_export(content, contract, rules, setting)

    reading = _hash(workspace, taxonomy, contract)
    return Plan(contract.name, contract.version, reading, setting.received_at, read, setting.mark)


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
