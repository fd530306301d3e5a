"""How commands speak: tables and progress for people, one JSON document for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from models.progress import Advance

if TYPE_CHECKING:
    from features.incidents.incidents import Erased


@dataclass(frozen=True)
class Output:
    """Where a command writes: results to standard output, everything else to standard error.

    Attributes:
        as_json: Print one JSON document instead of tables.
        screen: Console on standard output.
        messages: Console on standard error.
        marks: What stands before every result: that the data are made up.
    """

    as_json: bool
    screen: Console
    messages: Console
    marks: list[str] = field(default_factory=list)

    @classmethod
    def standard(cls, *, as_json: bool) -> Output:
        """Return the output of this process."""
        return cls(as_json, Console(highlight=False), Console(stderr=True, highlight=False))

    def result(self, document: Mapping[str, Any], *tables: Table, lines: Sequence[str] = ()) -> None:
        """Print a command's result: the document under --json, else the tables and then the lines."""
        if self.as_json:
            marked = {"marks": self.marks, **document} if self.marks else document
            sys.stdout.write(json.dumps(marked, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
            return
        for mark in self.marks:
            self.screen.print(mark, markup=False, soft_wrap=True)
        for table in tables:
            self.screen.print(table)
        for line in lines:
            self.screen.print(line, markup=False, soft_wrap=True)

    def say(self, message: str) -> None:
        """Print a message beside the result, on standard error."""
        self.messages.print(message, markup=False, soft_wrap=True)

    @contextmanager
    def progress(self, title: str) -> Iterator[Advance]:
        """Show a bar on standard error; the yielded function is called with (done, total)."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.messages, transient=True) as bar:
            task = bar.add_task(title, total=None)

            def advance(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total)

            yield advance


def plain_table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    numeric: Sequence[str] = (),
    whole: Sequence[str] = (),
) -> Table:
    """Return a table; columns named in `numeric` are right-aligned, and those in `whole` are never cut or wrapped."""
    table = Table(title=title, title_justify="left")
    for name in columns:
        widest = max((len(row[columns.index(name)]) for row in rows), default=0) if name in whole else None
        justify: JustifyMethod = "right" if name in numeric else "left"
        table.add_column(name, justify=justify, no_wrap=name in whole, min_width=widest)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    return table


def erased_lines(erased: Sequence[Erased]) -> list[str]:
    """Return what is to be said of a view that tells of days whose rows were erased after it."""
    return [f"Not exact: {item.sentence()}." for item in erased]
