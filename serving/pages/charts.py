"""Charts: drawn by Matplotlib, written into a page as SVG that takes the page's colours and fonts.

Matplotlib writes its colours as styles, which a page that allows no style in its text would not show; here they become
classes of the style sheet, so that a chart is light or dark as the page is, and sharp in print.
"""

import hashlib
import io
import re
import threading
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.figure import Figure

# Colours that a chart is drawn with, and the class of the style sheet that each becomes.
INK, QUIET, LINE, BAND = "#0b0c01", "#505a02", "#1d7003", "#9cc304"
WIDE_BAND, OTHER, PAPER = "#cde105", "#b35406", "#fffff7"
_CLASSES = {
    INK: "ink",
    QUIET: "quiet",
    LINE: "line",
    BAND: "band",
    WIDE_BAND: "wide-band",
    OTHER: "other",
    PAPER: "paper",
}
_SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "strandcast",
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "grid.color": QUIET,
    "grid.alpha": 0.3,
    "legend.frameon": False,
}
# Matplotlib keeps settings of the process while it draws.
_ONE_AT_A_TIME = threading.Lock()
_STYLE = re.compile(r' style="([^"]*)"')
_BOX = re.compile(r'viewBox="([^"]+)"')
_GROUP_NAME = re.compile(r'<g id="[^"]*"')
_NAME = re.compile(r'(\bid="|url\(#|xlink:href="#)')


def chart(draw: Callable[[Figure], None], words: str, *, width: float = 8.0, height: float = 3.2) -> Markup:
    """Return a chart as SVG for the text of a page.

    Args:
        draw: Draws on an empty figure, with the colours of this module.
        words: What the chart says, for whoever does not see it.
        width: In inches of 72 units; the page scales it to its column.
        height: The same.
    """
    with _ONE_AT_A_TIME, mpl.rc_context(_SETTINGS):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return Markup(_for_a_page(buffer.getvalue(), words))  # noqa: S704 - Matplotlib escapes the text that it draws


def _for_a_page(svg: str, words: str) -> str:
    """Return what Matplotlib drew without its head, with names that no other chart of the page has."""
    body = _GROUP_NAME.sub(r"<g", svg[svg.index("<g") : svg.rindex("</svg>")])
    mark = hashlib.sha256(f"{words}{body}".encode()).hexdigest()[:8]
    text = _STYLE.sub(_as_attributes, _NAME.sub(rf"\g<1>{mark}", body))
    return (
        f'<svg class="chart" role="img" aria-label="{escape(words)}" viewBox="{_BOX.findall(svg)[0]}" '
        f'stroke-linejoin="round" stroke-linecap="butt">{text}</svg>'
    )


def _as_attributes(match: re.Match[str]) -> str:
    classes, attributes = [], []
    for item in match[1].split(";"):
        name, _, value = (part.strip() for part in item.partition(":"))
        if not value:
            continue
        if name in ("fill", "stroke") and value.lower() in _CLASSES:
            classes.append(f"{name}-{_CLASSES[value.lower()]}")
        elif name == "font":
            size = re.search(r"([\d.]+)px", value)
            attributes.append(f'font-size="{size[1] if size else 11}"')
        elif name != "-inkscape-font-specification":
            attributes.append(f'{name}="{escape(value)}"')
    said = f' class="{" ".join(classes)}"' if classes else ""
    return said + "".join(f" {attribute}" for attribute in attributes)
