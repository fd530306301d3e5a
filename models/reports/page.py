"""A report as blocks, and its two forms: one self-contained HTML page, or Markdown.

Nothing is fetched: styles are in the page and pictures are in it as data, so that the file can be mailed and kept.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from errors import DataError
from features.workspace import write_whole

SUFFIXES = (".html", ".md")
_STYLE = """\
body{font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;color:#1c2530;margin:0 auto;
max-width:62rem;padding:1.5rem}
h1{font-size:1.7rem;margin:0 0 .3rem}h2{font-size:1.25rem;margin:2rem 0 .5rem;border-bottom:1px solid #d5dce4}
p{margin:.4rem 0}.mark{background:#fff3d6;border-left:4px solid #d98c21;padding:.4rem .8rem;font-weight:600}
.small{color:#5a6470;font-size:.85rem}table{border-collapse:collapse;margin:.6rem 0;font-size:.92rem}
th,td{padding:.25rem .7rem;border-bottom:1px solid #e3e8ee;text-align:left;vertical-align:top}
th{background:#f2f5f8}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}img{max-width:100%;height:auto;margin:.4rem 0}
.s-suspend{background:#7a1f2b;color:#fff;font-weight:600}.s-retrain{background:#f2c879;font-weight:600}
.s-ok{background:#dbe8f4}.s-not-assessed{color:#5a6470;font-style:italic}
@media print{body{max-width:none;padding:0}h2{break-after:avoid}table,img{break-inside:avoid}}
"""


@dataclass(frozen=True)
class Heading:
    """A heading of a section."""

    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph; `small` for what stands below."""

    text: str
    small: bool = False


@dataclass(frozen=True)
class Grid:
    """A table.

    Attributes:
        columns: Headers.
        rows: Cells.
        numeric: Headers of the columns that are right-aligned.
        state: Header of the column whose cells are states and are coloured as such.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[str, ...] = ()
    state: str = ""


@dataclass(frozen=True)
class Picture:
    """A PNG with the words that stand for it where it cannot be seen."""

    png: bytes
    words: str


Block = Heading | Text | Grid | Picture


@dataclass(frozen=True)
class Page:
    """A report.

    Attributes:
        title: Of the page.
        marks: What stands above everything: that the data are made up, that a plan is a draft.
        blocks: In their order.
        footer: Source, and where it is recorded.
    """

    title: str
    marks: tuple[str, ...]
    blocks: tuple[Block, ...]
    footer: tuple[str, ...]

    def html(self) -> str:
        """Return the page."""
        marks = "".join(f'<p class="mark">{escape(mark)}</p>\n' for mark in self.marks)
        footer = "".join(f'<p class="small">{escape(line)}</p>\n' for line in self.footer)
        body = "".join(_html(block) for block in self.blocks)
        head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">\n'
        head += f"<title>{escape(self.title)}</title>\n<style>\n{_STYLE}</style>"
        return (
            f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n<h1>{escape(self.title)}</h1>\n'
            f"{marks}{body}<hr>\n{footer}</body></html>\n"
        )

    def markdown(self) -> str:
        """Return the same as Markdown; pictures are told in words."""
        parts = [f"# {_plain(self.title)}", *(f"**{_plain(mark)}**" for mark in self.marks)]
        parts += [_markdown(block) for block in self.blocks]
        return "\n\n".join([*parts, "---", *map(_plain, self.footer)]) + "\n"


def check_report(path: Path) -> None:
    """Refuse a name that is neither HTML nor Markdown, or a folder that is not there.

    Raises:
        DataError: As said.
    """
    if path.suffix not in SUFFIXES:
        raise DataError("is neither .html nor .md", place=str(path), fix="name the file so")
    if not path.resolve().parent.is_dir():
        raise DataError("is in a folder that is not there", place=str(path), fix="make the folder first")


def write_report(page: Page, path: Path) -> None:
    """Write a report by the file's suffix, whole or not at all.

    Raises:
        DataError: As `check_report`.
    """
    check_report(path)
    write_whole(path, (page.markdown() if path.suffix == ".md" else page.html()).encode())


def _html(block: Block) -> str:
    match block:
        case Heading(text):
            return f"<h2>{escape(text)}</h2>\n"
        case Text(text, small):
            kind = ' class="small"' if small else ""
            return f"<p{kind}>{escape(text)}</p>\n"
        case Picture(png, words):
            data = base64.b64encode(png).decode()
            return f'<img src="data:image/png;base64,{data}" alt="{escape(words)}">\n'
        case Grid():
            return _html_grid(block)


def _html_grid(grid: Grid) -> str:
    def cells(tag: str, row: Sequence[str]) -> str:
        out = []
        for column, cell in zip(grid.columns, row, strict=True):
            names = ["n"] if column in grid.numeric else []
            if tag == "td" and column == grid.state:
                names.append(f"s-{cell.replace(' ', '-')}")
            kind = f' class="{escape(" ".join(names))}"' if names else ""
            out.append(f"<{tag}{kind}>{escape(cell)}</{tag}>")
        return "<tr>" + "".join(out) + "</tr>\n"

    body = "".join(cells("td", row) for row in grid.rows)
    return f'<div class="wide"><table><thead>{cells("th", grid.columns)}</thead><tbody>{body}</tbody></table></div>\n'


def _markdown(block: Block) -> str:
    match block:
        case Heading(text):
            return f"## {_plain(text)}"
        case Text(text, _):
            return _plain(text)
        case Picture(_, words):
            return f"*(Picture: {_plain(words)})*"
        case Grid(columns, rows, numeric, _):
            lines = ["---:" if column in numeric else "---" for column in columns]
            return "\n".join("| " + " | ".join(map(_cell, row)) + " |" for row in (columns, lines, *rows))


def _plain(text: str) -> str:
    """Return text in which nothing is taken for markup: names come from partners' files."""
    return "".join(f"\\{letter}" if letter in "\\`*_<>[]#" else letter for letter in text.replace("\n", " "))


def _cell(text: str) -> str:
    return text if set(text) <= set("-:") else _plain(text).replace("|", "\\|")
