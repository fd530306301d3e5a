"""Pieces of a briefing's HTML: sections, tables and bars. Text is escaped by whoever hands it in."""

from collections.abc import Sequence

from models.allocation.papers.briefing.style import BLUE, GREY, LINE, PALE

_WIDE, _HIGH = 120, 8
_MIDDLE = _HIGH // 2


def section(title: str, note: str, inside: str, kind: str = "") -> str:
    """Return a section with its heading."""
    said = f" <span>{note}</span>" if note else ""
    named = f' class="{kind}"' if kind else ""
    return f"<section{named}><h2>{title}{said}</h2>{inside}</section>"


def table(widths: Sequence[str], header: str, rows: Sequence[str], kind: str = "") -> str:
    """Return a table; widths are of its columns, "" for what is left over."""
    columns = "".join(f'<col style="width:{width}">' if width else "<col>" for width in widths)
    named = f' class="{kind}"' if kind else ""
    return f"<table{named}><colgroup>{columns}</colgroup>{header}<tbody>{''.join(rows)}</tbody></table>"


def one(text: str) -> str:
    """Return a text that takes one line, however long it is."""
    return f'<span class="one">{text}</span>'


def two(text: str) -> str:
    """Return a text that takes at most two lines, however long it is."""
    return f'<span class="two">{text}</span>'


def grey(text: str) -> str:
    """Return a text that steps back."""
    return f'<span class="grey">{text}</span>'


def cells(*values: tuple[str, str]) -> str:
    """Return a row of cells, each a class and its text."""
    return f"<tr>{''.join(_cell('td', kind, text) for kind, text in values)}</tr>"


def head(*values: tuple[str, str]) -> str:
    """Return a row of headers, each a class and its text."""
    return f"<thead><tr>{''.join(_cell('th', kind, text) for kind, text in values)}</tr></thead>"


def range_bar(met: float, expected: float, span: tuple[float, float]) -> str:
    """Return a bar of what is expected, dark as far as it is met, with a line from the low to the high end.

    All are shares of the whole width.
    """
    low, high = (value * _WIDE for value in span)
    line = f'<path d="M{low:.1f} {_MIDDLE}H{high:.1f}" stroke="{GREY}" stroke-width="1"/>'
    return _svg("100%", f"{_rect(expected, PALE)}{_rect(met, BLUE)}{line}")


def share_bar(share: float) -> str:
    """Return a bar that is filled by a share."""
    return _svg("100%", _rect(1.0, LINE) + _rect(share, BLUE))


def band_bar(ratio: float, low: float, high: float) -> str:
    """Return a mark at a ratio, before the band that it should lie in; the whole width is twice 1."""
    share = min(ratio / 2.0, 1.0)
    band = f'<rect x="{low / 2 * _WIDE:.1f}" width="{(high - low) / 2 * _WIDE:.1f}" height="{_HIGH}" fill="{LINE}"/>'
    mark = f'<rect x="{max(share * _WIDE - 1.5, 0):.1f}" width="3" height="{_HIGH}" fill="{BLUE}"/>'
    return _svg("100%", band + mark)


def _cell(tag: str, kind: str, text: str) -> str:
    return f'<{tag} class="{kind}">{text}</{tag}>' if kind else f"<{tag}>{text}</{tag}>"


def _rect(share: float, colour: str) -> str:
    return f'<rect y="1" width="{share * _WIDE:.1f}" height="{_HIGH - 2}" fill="{colour}"/>'


def _svg(width: str, inside: str) -> str:
    box = f'viewBox="0 0 {_WIDE} {_HIGH}" preserveAspectRatio="none"'
    return f'<svg width="{width}" height="2.6mm" {box} aria-hidden="true">{inside}</svg>'
