"""What every command shares: its context, `--workspace` and `--json`."""

import functools
import os
import pwd
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

import click

from features.settings import SYNTHETIC
from strandcast.output import Output

P = ParamSpec("P")


@dataclass(frozen=True)
class Context:
    """What every command is handed.

    Attributes:
        root: The workspace folder; it need not exist yet.
        output: Where to print.
    """

    root: Path
    output: Output

    @property
    def actor(self) -> str:
        """The account of the person who runs the command."""
        return account()

    def mark_synthetic(self, *, made_up: bool) -> None:
        """Let every result of this command say that the data are made up."""
        if made_up and SYNTHETIC not in self.output.marks:
            self.output.marks.append(SYNTHETIC)

    @staticmethod
    def clock() -> datetime:
        """Return the present instant, UTC."""
        return datetime.now(UTC)


def account() -> str:
    """Return the operating system's account that this process belongs to, whatever the environment calls it."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        # A container may run under a number that nobody has named.
        return f"uid-{os.getuid()}"


def command_options(function: Callable[Concatenate[Context, P], None]) -> Callable[..., None]:
    """Add `--workspace` and `--json` to a command and hand it a `Context` as first argument."""

    @click.option(
        "--workspace",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="STRANDCAST_WORKSPACE",
        default=Path("var"),
        show_default=True,
        help="Folder that holds everything this deployment owns (or set STRANDCAST_WORKSPACE).",
    )
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document on standard output.")
    @functools.wraps(function)
    def wrapped(*args: Any, workspace: Path, as_json: bool, **kwargs: Any) -> None:
        function(Context(workspace, Output.standard(as_json=as_json)), *args, **kwargs)

    return wrapped
