"""The user guide names every command, option, setting and environment variable, and no command that does not exist."""

import re
from collections.abc import Iterator

import click
import pytest

from features.configuration import Closed
from features.feeds.contract import RULES
from features.feeds.mapping import Columns, FeedMapping
from features.feeds.report import DUPLICATE_RULES, SUPERSEDED_RULES
from features.settings import Settings
from features.strands import Strand, TaxonomyFile
from strandcast.app import cli
from tests.support.repository import REPOSITORY, USER_GUIDE, sources


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """Yield each runnable command with its full name."""
    if isinstance(command, click.Group):
        for part, child in command.commands.items():
            yield from commands(child, f"{name} {part}")
    else:
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
    strangers = [heading for heading in headings if not any(f"{heading} ".startswith(f"{name} ") for name in COMMANDS)]
    assert strangers == []


@pytest.mark.parametrize("name", sorted(SHARED_OPTIONS))
def test_every_command_takes_the_shared_options(name: str) -> None:
    without = [full for full, command in COMMANDS.items() if not any(name in p.opts for p in command.params)]
    assert without == []


@pytest.mark.parametrize("model", [Settings, FeedMapping, Columns, TaxonomyFile, Strand])
def test_every_key_of_a_file_is_documented(model: type[Closed]) -> None:
    documented = first_cells()
    assert [key for key in model.model_fields if not {key, f"[{key}]", f"[[{key}]]"} & documented] == []


def test_every_rule_for_rows_is_documented() -> None:
    rules = [*(rule.name for rule in RULES), *DUPLICATE_RULES, *SUPERSEDED_RULES]
    assert [rule for rule in rules if rule not in first_cells()] == []


def test_every_environment_variable_is_documented() -> None:
    text = "".join(path.read_text("utf-8") for path in sources())
    used = set(re.findall(r"\bSTRANDCAST_[A-Z_]+\b", text))
    guide = USER_GUIDE.read_text("utf-8")
    assert sorted(name for name in used if f"`{name}`" not in guide) == []


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md"), *(REPOSITORY / "examples").rglob("*.md")]
    links = [
        (page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    ]
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []
