"""How figures look, and how a drawing becomes SVG for a page and PNG for a text."""

from __future__ import annotations

import io
import re
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from markupsafe import escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from rvn.report.document import FigureBlock

INK, LINE, ACCENT, SECOND, SOFT = "#1b1b21", "#c9ccd3", "#1f5fa8", "#b8500f", "#a9c4e6"
SHADES = (ACCENT, SECOND, "#2f7d4f", "#7a4aa3", "#8a6d00", "#4a6572")
NAMES = {INK: "ink", LINE: "line", ACCENT: "accent", SECOND: "second", SOFT: "soft"}

STYLE: Any = {
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "text.parse_math": False,  # a dollar sign in a label is one
    "svg.fonttype": "none",
    "svg.hashsalt": "rvn",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "axes.unicode_minus": True,
    "figure.constrained_layout.w_pad": 0.08,
    "figure.constrained_layout.h_pad": 0.08,
}


@contextmanager
def drawing(width: float = 6.4, height: float = 3.8) -> Iterator[tuple[Figure, Axes]]:
    """Give a figure and its axes to draw on."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height))
        yield figure, figure.subplots()


def block(figure: Figure, id: str, caption: str, alternative: str) -> FigureBlock:
    """Return a finished figure."""
    svg, png = io.StringIO(), io.BytesIO()
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a page has more fonts than the one that is measured with
        # Laid out once: a figure with an engine of its own, even one that does nothing, is drawn twice at every saving.
        ConstrainedLayoutEngine().execute(figure)
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
        figure.savefig(png, format="png", dpi=144, facecolor="white", metadata={"Software": None})
    return FigureBlock(id, caption, alternative, svg.getvalue(), png.getvalue())


def inline(figure: FigureBlock) -> str:
    """Return the SVG of a figure as it stands in a page: with the page's colours, and names of its own."""
    svg = figure.svg[figure.svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r'\b(id="|url\(#|href="#)', rf"\g<1>{figure.id}-", svg)
    for colour, name in NAMES.items():
        svg = svg.replace(colour, f"var(--{name}, {colour})")
    size = re.search(r'<svg[^>]*?\swidth="([\d.]+)pt"', svg)
    assert size is not None
    svg = re.sub(r'\s(width|height)="[\d.]+pt"', "", svg, count=2)
    inches = float(size.group(1)) / 72
    named = f'style="max-width: {inches * 7:.1f}rem" role="img" aria-labelledby="{figure.id}-title"'
    title = f'<title id="{figure.id}-title">{escape(figure.alternative)}</title>'
    return svg.replace("<svg ", f"<svg {named} ", 1).replace(">", f">{title}", 1)


def fitted(text: str) -> str:
    """Return a label in lines that fit beside a drawing, without signs that no drawing can hold.

    >>> fitted("under 25")
    'under 25'
    """
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return "\n".join(textwrap.wrap(plain, 26, max_lines=3, placeholder=" …"))
