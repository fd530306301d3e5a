"""The user guide names every command, option, setting and environment variable, and no command that does not exist."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from features.access import Access, Oidc
from features.configuration import Closed
from features.feeds.catalogue import shipped_names
from features.feeds.contract import Arrival, Column, Contract, Disclosure, Provenance, Retention, Volume
from features.feeds.mapping import Columns, FeedMapping
from features.feeds.report import DUPLICATE_RULES, SUPERSEDED_RULES
from features.feeds.rules import RULES
from features.harm.sets import HarmFile, Weight, WeightSet
from features.service import Service
from features.settings import LedgerSettings, Settings
from features.strands import Strand, StrandInput, TaxonomyFile
from models.allocation.resources.amounts import Estimate
from models.allocation.resources.effect import Effect, Meets, Response
from models.allocation.resources.file import AreaTypes, Harm, ResourcesFile
from models.allocation.resources.resource import Resource, Ringfence, Where
from models.allocation.rules.settings import Disparity, Floor, MostChange, RuleSettings, WorstWeeksSettings
from models.monitoring.thresholds import Limits, Thresholds, Window
from models.notices import NOTICES
from models.table import COLUMNS
from strandcast.app import cli
from tests.support.repository import REPOSITORY, USER_GUIDE, sources
from training.gate.settings import Compared, GateFile, Interval
from training.gate.settings import Limits as GateLimits


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """Yield each runnable command with its full name."""
    if isinstance(command, click.Group):
        for part, child in command.commands.items():
            yield from commands(child, f"{name} {part}")
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield name, command


COMMANDS = dict(commands(cli, "strandcast"))
SHARED_OPTIONS = {"--workspace", "--json"}


def section(name: str) -> str:
    """Return the guide's section of one command: from its heading to the next heading."""
    for part in re.split(r"^##+ ", USER_GUIDE.read_text("utf-8"), flags=re.MULTILINE):
        heading, _, text = part.partition("\n")
        if f"{heading.strip('`')} ".startswith(f"{name} "):
            return text
    return ""


def first_cells() -> set[str]:
    """Return the words in code style in the first cells of the guide's tables."""
    rows = re.findall(r"^\| (`[^|]*) \|", USER_GUIDE.read_text("utf-8"), re.MULTILINE)
    return {word for row in rows for word in re.findall(r"`([^`]+)`", row)}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_a_section(name: str) -> None:
    assert section(name) != ""


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_is_in_its_command_section(name: str) -> None:
    options = {
        option for p in COMMANDS[name].params if isinstance(p, click.Option) for option in p.opts + p.secondary_opts
    }
    text = section(name)
    assert [option for option in sorted(options - SHARED_OPTIONS) if f"`{option}" not in text] == []


def test_no_section_is_about_a_command_that_does_not_exist() -> None:
    headings = re.findall(r"^### `(strandcast[^`]*)`", USER_GUIDE.read_text("utf-8"), re.MULTILINE)
    known = [*COMMANDS, *(f"strandcast ingest {feed}" for feed in ("FEED", *shipped_names()))]
    strangers = [heading for heading in headings if not any(f"{heading} ".startswith(f"{name} ") for name in known)]
    assert strangers == []


@pytest.mark.parametrize("name", sorted(SHARED_OPTIONS))
def test_every_command_takes_the_shared_options(name: str) -> None:
    without = [full for full, command in COMMANDS.items() if not any(name in p.opts for p in command.params)]
    assert without == []


FILES: tuple[type[Closed], ...] = (
    Settings,
    LedgerSettings,
    *(Access, Oidc, Service),
    FeedMapping,
    Columns,
    TaxonomyFile,
    Strand,
    StrandInput,
    HarmFile,
    WeightSet,
    Weight,
    *(ResourcesFile, Harm, AreaTypes, Resource, Where, Ringfence, Meets, Effect, Response, Estimate),
    *(RuleSettings, Floor, MostChange, Disparity, WorstWeeksSettings),
    *(Thresholds, Window, Limits),
    *(GateFile, Compared, Interval, GateLimits),
    *(Contract, Column, Retention, Arrival, Volume, Provenance, Disclosure),
)


@pytest.mark.parametrize("model", FILES)
def test_every_key_of_a_file_is_documented(model: type[Closed]) -> None:
    documented = first_cells()
    assert [key for key in model.model_fields if not {key, f"[{key}]", f"[[{key}]]"} & documented] == []


def test_every_rule_for_rows_is_documented() -> None:
    rules = [*(rule.name for rule in RULES), *DUPLICATE_RULES, *SUPERSEDED_RULES]
    assert [rule for rule in rules if rule not in first_cells()] == []


def test_every_column_of_the_forecast_table_is_documented() -> None:
    assert [column for column in COLUMNS if column not in first_cells()] == []


def test_every_notice_is_documented_and_said_in_words() -> None:
    table = USER_GUIDE.read_text("utf-8").partition("| notice | meaning |\n|---|---|\n")[2].partition("\n\n")[0]
    assert {line.split("`")[1] for line in table.splitlines()} == set(NOTICES)


def test_every_environment_variable_is_documented() -> None:
    text = "".join(path.read_text("utf-8") for path in sources())
    used = set(re.findall(r"\bSTRANDCAST_[A-Z_]+\b", text))
    guide = USER_GUIDE.read_text("utf-8")
    assert sorted(name for name in used if f"`{name}`" not in guide) == []


def pages() -> list[Path]:
    """Return every page of documentation."""
    return [
        page
        for place in (".", "docs", "docs/decisions", "examples/toronto")
        for page in (REPOSITORY / place).glob("*.md")
    ]


def anchors(page: Path) -> set[str]:
    """Return the anchors that the headings of a page make."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^):]+)\)", page.read_text("utf-8")):
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def examples() -> list[str]:
    """Return the command lines that the documentation and the demo show."""
    texts = [page.read_text("utf-8") for page in pages()]
    return sorted(
        {
            line.partition("  #")[0].strip()
            for text in texts
            for line in re.findall(r"^    (strandcast [a-z].*)$", text, re.MULTILINE)
        }
    )


@pytest.mark.parametrize("line", examples())
def test_commands_shown_can_be_typed(line: str) -> None:
    command: click.Command = cli
    name, *words = shlex.split(line)
    while isinstance(command, click.Group):
        if command.invoke_without_command and (not words or words[0].startswith("-")):
            break
        name = words.pop(0)
        assert name in (*command.commands, *(shipped_names() if command.name == "ingest" else ())), line
        command = command.get_command(click.Context(command), name) or command
    command.make_context(name, words)
